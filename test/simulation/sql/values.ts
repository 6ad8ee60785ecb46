/** A point in time; PostgreSQL's `timestamptz`. */
export class Instant {
  /** Milliseconds since the epoch, or an infinity. */
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

export class Interval {
  readonly ms: number;

  constructor(ms: number) {
    this.ms = ms;
  }
}

export class Json {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** A value of SQL: `bigint` is `int8`, `number` every other number. */
export type Value = null | boolean | number | bigint | string | Instant | Interval | Json | readonly Value[];

/** The values of one row, by column. */
export type Values = readonly Value[];

/** Orders two values that are not null; a text takes the type of the other side, as an untyped literal does. */
export function compare(a: Value, b: Value): number {
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  const [left, right] = [plain(a, b), plain(b, a)];
  if (Array.isArray(left) && Array.isArray(right)) return compareArrays(left, right);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Whether two values are the same; nulls are the same as each other, as in `DISTINCT` and `GROUP BY`. */
export function same(a: Value, b: Value): boolean {
  if (a === b) return true;
  return a !== null && b !== null && compare(a, b) === 0;
}

function compareArrays(a: Values, b: Values): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const order = compare(a[i] ?? null, b[i] ?? null);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function plain(value: Value, other: Value): number | bigint | string | boolean | Values {
  if (value === null) throw new Error('Nulls are not compared.');
  if (typeof value !== 'object') return typeof value === 'string' ? textFor(value, other) : value;
  if (value instanceof Instant || value instanceof Interval) return value.ms;
  return value instanceof Json ? JSON.stringify(value.value) : value;
}

function textFor(text: string, other: Value): number | bigint | string | Values {
  if (typeof other === 'bigint') return BigInt(text);
  if (typeof other === 'number') return Number(text);
  if (other instanceof Instant) return instantOf(text).ms;
  return text;
}

/** A single value as text. @throws Error for an array or a document: no statement of ours asks for their text */
export function textOf(value: Value): string {
  if (typeof value === 'object') throw new Error('Only single values have a text.');
  return String(value);
}

export function instantOf(text: string): Instant {
  if (text === 'infinity') return new Instant(Number.POSITIVE_INFINITY);
  if (text === '-infinity') return new Instant(Number.NEGATIVE_INFINITY);
  const ms = Date.parse(text);
  if (Number.isNaN(ms)) throw new Error(`Not an instant: ${text}`);
  return new Instant(ms);
}

/** A parameter as `pg` would send it. */
export function valueOfParameter(given: unknown): Value {
  if (given === null || given === undefined) return null;
  if (typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean') return given;
  if (given instanceof Date) return new Instant(given.getTime());
  if (Array.isArray(given)) return given.map(valueOfParameter);
  if (given instanceof Uint8Array) return Buffer.from(given).toString('hex');
  return JSON.stringify(given);
}

/** A value as `pg` would give it. */
export function resultOfValue(value: Value): unknown {
  if (value === null || typeof value !== 'object') return typeof value === 'bigint' ? String(value) : value;
  if (value instanceof Instant) return new Date(value.ms);
  if (value instanceof Json) return value.value;
  return value instanceof Interval ? value.ms : value.map(resultOfValue);
}
