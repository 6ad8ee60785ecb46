import { parseArgs } from 'node:util';
import { ConfigurationError } from '../config/environment.ts';
import { VENDOR_NAMES, type Vendor } from '../domain/vendors.ts';

export interface ChaosOptions {
  readonly seed: number;
  readonly kills: number;
  readonly customers: number;
  readonly provider: Vendor;
  readonly json: boolean;
  /** Leave the data folder, for a look at what is wrong. */
  readonly keep: boolean;
}

const USAGE = `npm run chaos -- [options]
  --seed N          of everything that is random; another one each time by default, and printed
  --kills N         processes that are killed during the run; 20
  --customers N     2000
  --provider NAME   ${VENDOR_NAMES.join(', ')}; ${VENDOR_NAMES[0]}
  --json            one JSON object as the last line
  --keep            leave data and logs in .tidings/chaos`;

/** @throws ConfigurationError with the usage */
export function chaosOptions(args: readonly string[]): ChaosOptions {
  const fail = (problem: string): never => {
    throw new ConfigurationError(`${problem}\n${USAGE}`);
  };
  const { values } = parse(args, fail);
  const whole = (
    name: 'seed' | 'kills' | 'customers',
    standard: number,
    min: number,
    max: number,
  ): number => {
    const value = values[name] === undefined ? standard : Number(values[name]);
    if (!Number.isInteger(value) || value < min || value > max)
      fail(`--${name} takes a whole number from ${min} to ${max}.`);
    return value;
  };
  const named = values.provider ?? VENDOR_NAMES[0];
  const provider =
    VENDOR_NAMES.find((name) => name === named) ?? fail(`There is no provider "${String(named)}".`);
  const options = {
    seed: whole('seed', Math.floor(Math.random() * 1_000_000), 0, 4_294_967_295),
    kills: whole('kills', 20, 0, 2_000),
    customers: whole('customers', 2_000, 100, 1_000_000),
  };
  if (options.kills * 20 > options.customers) fail('Give at least 20 customers for each kill.');
  return { ...options, provider, json: values.json ?? false, keep: values.keep ?? false };
}

function parse(args: readonly string[], fail: (problem: string) => never) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        seed: { type: 'string' },
        kills: { type: 'string' },
        customers: { type: 'string' },
        provider: { type: 'string' },
        json: { type: 'boolean' },
        keep: { type: 'boolean' },
      },
    });
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}
