import { createHash, randomUUID } from 'node:crypto';
import type { Frame } from './frame.ts';
import { LockWait } from './frame.ts';
import {
  compare,
  Instant,
  Interval,
  Json,
  resultOfValue,
  textOf,
  type Value,
  type Values,
} from './values.ts';

/** A function of SQL; it is strict unless its name is in {@link TAKES_NULL}. */
export type SqlFunction = (args: Values, frame: Frame) => Value;

const PER_UNIT: Readonly<Record<string, number>> = {
  secs: 1_000,
  mins: 60_000,
  hours: 3_600_000,
  days: 86_400_000,
};

/** Functions with named arguments: the names are given beside the values. */
export function makeInterval(names: readonly string[], args: Values): Value {
  const ms = names.reduce((sum, name, i) => sum + Number(args[i]) * (PER_UNIT[name] ?? Number.NaN), 0);
  return new Interval(ms);
}

function lockAdvisory(key: Value, mode: 'shared' | 'exclusive', { transaction }: Frame): null {
  const holders = transaction.lockAdvisory(textOf(key), mode);
  if (holders.length > 0) throw new LockWait(holders);
  return null;
}

const jsonOf = (args: Values): Json =>
  new Json(
    Object.fromEntries(
      args.flatMap((key, i) => (i % 2 === 0 ? [[textOf(key), resultOfValue(args[i + 1] ?? null)]] : [])),
    ),
  );

export const FUNCTIONS: Readonly<Record<string, SqlFunction>> = {
  clock_timestamp: (_, frame) => new Instant(frame.time.now),
  statement_timestamp: (_, frame) => new Instant(frame.startedAt),
  now: (_, frame) => new Instant(frame.transaction.startedAt),
  to_timestamp: ([seconds]) => new Instant(Number(seconds) * 1_000),
  extract: ([field, instant]) => {
    if (field !== 'epoch' || !(instant instanceof Instant || instant instanceof Interval)) return null;
    return instant.ms / 1_000;
  },
  hashtextextended: ([text]) => text ?? null,
  pg_advisory_xact_lock: ([key = null], frame) => lockAdvisory(key, 'exclusive', frame),
  pg_advisory_xact_lock_shared: ([key = null], frame) => lockAdvisory(key, 'shared', frame),
  gen_random_uuid: () => randomUUID(),
  jsonb_build_object: jsonOf,
  starts_with: ([text = null, prefix = null]) => textOf(text).startsWith(textOf(prefix)),
  encode: ([bytes = null]) => (Buffer.isBuffer(bytes) ? bytes.toString('base64') : null),
  cardinality: ([array]) => (Array.isArray(array) ? array.length : null),
  coalesce: (args) => args.find((arg) => arg !== null) ?? null,
  md5: ([text = null]) => createHash('md5').update(textOf(text)).digest('hex'),
  least: (args) => extreme(args, -1),
  greatest: (args) => extreme(args, 1),
};

export const TAKES_NULL: ReadonlySet<string> = new Set([
  'jsonb_build_object',
  'least',
  'greatest',
  'coalesce',
]);

function extreme(args: Values, sign: 1 | -1): Value {
  const given = args.filter((arg) => arg !== null);
  return given.reduce<Value>(
    (best, arg) => (best === null || compare(arg, best) * sign > 0 ? arg : best),
    null,
  );
}

/** What an aggregate makes of the values of its group. */
export const AGGREGATES: Readonly<Record<string, (values: Values) => Value>> = {
  count: (values) => BigInt(values.filter((value) => value !== null).length),
  array_agg: (values) => values,
  min: (values) => extreme(values, -1),
  max: (values) => extreme(values, 1),
  bool_or: (values) => values.some((value) => value === true),
  bool_and: (values) => values.every((value) => value !== false),
};

/** `+ - * /`, `%`, `^` and `||`. Whole numbers are divided without being cut off: no statement of ours divides them. */
export function arithmetic(operator: string, a: Value, b: Value): Value {
  if (a === null || b === null) return null;
  if (operator === '||') return textOf(a) + textOf(b);
  if (operator === '@>') return containsAll(a, b);
  if (a instanceof Instant) return shifted(operator, a, b);
  if (b instanceof Instant && a instanceof Interval) return new Instant(b.ms + a.ms);
  if (a instanceof Interval)
    return new Interval(numeric(operator, a.ms, b instanceof Interval ? b.ms : Number(b)));
  if (typeof a === 'bigint' && typeof b === 'bigint') return BigInt(numeric(operator, Number(a), Number(b)));
  return numeric(operator, Number(a), Number(b));
}

function containsAll(list: Value, items: Value): boolean {
  const all = list as readonly Value[];
  return (items as readonly Value[]).every((item) => all.some((one) => one !== null && one === item));
}

function shifted(operator: string, instant: Instant, by: Value): Value {
  if (by instanceof Instant) return new Interval(instant.ms - by.ms);
  if (!(by instanceof Interval)) throw new Error('Instants are shifted by intervals only.');
  return new Instant(operator === '-' ? instant.ms - by.ms : instant.ms + by.ms);
}

function numeric(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
    case '^':
      return a ** b;
    default:
      throw new Error(`The simulation's SQL has no operator ${operator}.`);
  }
}
