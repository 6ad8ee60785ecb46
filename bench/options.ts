import { parseArgs } from 'node:util';
import { ConfigurationError } from '../config/environment.ts';
import { suggest } from '../domain/validation/suggest.ts';

/** What can be measured. */
const PHASES = [
  'bare',
  'engine',
  'gathered',
  'batched',
  'per-customer',
  'webhooks',
  'scale',
  'spread',
] as const;
export type Phase = (typeof PHASES)[number];

/** Customers of the runs that everything is compared at. */
const BASE_CUSTOMERS = 10_000;
/** Customers of the large run. */
const LARGE_CUSTOMERS = 100_000;
const TIME_FACTOR = 20;
const QUICK_TIME_FACTOR = 40;
const MAX_CUSTOMERS = 1_000_000;
/** Left out of a quick run. */
const LONG_PHASES: readonly Phase[] = ['gathered', 'webhooks', 'scale'];

export interface BenchOptions {
  readonly quick: boolean;
  readonly json: boolean;
  readonly phases: ReadonlySet<Phase>;
  /** Of every run but the large one. */
  readonly baseCustomers: number;
  readonly largeCustomers: number;
  /** What waits for receipts are divided by while receipts are spread over ten minutes, as the ten minutes are. */
  readonly timeFactor: number;
  /** Whether nothing was left out by name. */
  readonly isWhole: boolean;
}

const BENCH_USAGE = `npm run bench -- [options]
  --quick          in under 3 minutes: without webhooks, gathered reports and the large run
  --customers N    customers of the large run instead of ${LARGE_CUSTOMERS}; of every run if that is fewer than ${BASE_CUSTOMERS}
  --only NAMES     only some of: ${PHASES.join(', ')}
  --json           one JSON object as the last line`;

/** @throws ConfigurationError with the usage */
export function benchOptions(args: readonly string[]): BenchOptions {
  const fail = (problem: string): never => {
    throw new ConfigurationError(`${problem}\n${BENCH_USAGE}`);
  };
  const values = parse(args, fail);
  const customers = values.customers === undefined ? LARGE_CUSTOMERS : Number(values.customers);
  if (!(Number.isInteger(customers) && customers >= 1 && customers <= MAX_CUSTOMERS))
    fail(`--customers takes a whole number from 1 to ${MAX_CUSTOMERS}.`);
  const quick = values.quick ?? false;
  const wanted = values.only?.split(',') ?? PHASES.filter((phase) => !quick || !LONG_PHASES.includes(phase));
  const unknown = wanted.find((name) => !isPhase(name));
  if (unknown !== undefined) fail(`There is nothing called "${unknown}".${suggest(unknown, PHASES)}`);
  return {
    quick,
    json: values.json ?? false,
    phases: new Set(wanted.filter(isPhase)),
    baseCustomers: Math.min(BASE_CUSTOMERS, customers),
    largeCustomers: customers,
    timeFactor: quick ? QUICK_TIME_FACTOR : TIME_FACTOR,
    isWhole: values.only === undefined,
  };
}

function isPhase(name: string): name is Phase {
  return (PHASES as readonly string[]).includes(name);
}

interface Values {
  readonly quick?: boolean;
  readonly json?: boolean;
  readonly customers?: string;
  readonly only?: string;
}

function parse(args: readonly string[], fail: (problem: string) => never): Values {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean' },
        json: { type: 'boolean' },
        customers: { type: 'string' },
        only: { type: 'string' },
      },
    }).values;
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
}
