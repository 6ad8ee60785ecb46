import { parseArgs } from 'node:util';
import { VENDOR_NAMES, type Vendor } from '../../domain/vendors.ts';
import { ConfigurationError } from '../../config/environment.ts';
import { suggest } from '../../domain/validation/suggest.ts';

export interface DemoOptions {
  readonly json: boolean;
  /** Stay up after the run. */
  readonly keep: boolean;
  /** How many example customers; those of `examples/customers.csv` by default. */
  readonly customers: number | undefined;
  readonly audience: string | undefined;
  readonly scenario: string | undefined;
  readonly provider: Vendor;
  readonly providerUrl: string | undefined;
}

const DEMO_USAGE = `npm run demo -- [options]
  --json                one JSON object as the last line
  --customers N         N example customers instead of examples/customers.csv
  --audience FILE       customers from a file, .csv or .ndjson
  --scenario FILE       a scenario instead of examples/summer-sale.json
  --provider NAME       ${VENDOR_NAMES.join(' or ')}
  --provider-url URL    somebody else's provider instead of the simulator
  --keep                stay up afterwards, until Ctrl-C`;

const MAX_CUSTOMERS = 1_000_000;
const DEFAULT_VENDOR: Vendor = 'infobip';

/** @throws ConfigurationError with the usage */
export function demoOptions(args: readonly string[]): DemoOptions {
  const fail = (problem: string): never => {
    throw new ConfigurationError(`${problem}\n${DEMO_USAGE}`);
  };
  const { values } = parse(args, fail);
  const named = values.provider ?? DEFAULT_VENDOR;
  const provider =
    VENDOR_NAMES.find((name) => name === named) ??
    fail(`There is no provider "${named}".${suggest(named, VENDOR_NAMES)}`);
  const customers = values.customers === undefined ? undefined : Number(values.customers);
  if (
    customers !== undefined &&
    !(Number.isInteger(customers) && customers >= 1 && customers <= MAX_CUSTOMERS)
  ) {
    fail(`--customers takes a whole number from 1 to ${MAX_CUSTOMERS}.`);
  }
  if (customers !== undefined && values.audience !== undefined)
    fail('Give --customers or --audience, not both.');
  const providerUrl = values['provider-url'];
  if (providerUrl !== undefined && !URL.canParse(providerUrl))
    fail('--provider-url takes an address such as http://127.0.0.1:9000.');
  return {
    json: values.json ?? false,
    keep: values.keep ?? false,
    customers,
    audience: values.audience,
    scenario: values.scenario,
    provider,
    providerUrl,
  };
}

function parse(args: readonly string[], fail: (problem: string) => never) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        json: { type: 'boolean' },
        keep: { type: 'boolean' },
        customers: { type: 'string' },
        audience: { type: 'string' },
        scenario: { type: 'string' },
        provider: { type: 'string' },
        'provider-url': { type: 'string' },
      },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}
