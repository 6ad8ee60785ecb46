import type { TypeName } from '@pgsql/types';
import { Instant, instantOf, Interval, Json, textOf, type Value } from './values.ts';

export type Cast = (value: Value) => Value;

/** A cast of a single value that is not null. */
type Conversion = (value: Exclude<Value, null>) => Value;

const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  text: (value) => (value instanceof Instant ? new Date(value.ms).toISOString() : textOf(value)),
  uuid: (value) => textOf(value).toLowerCase(),
  bytea: textOf,
  bool: (value) => (typeof value === 'boolean' ? value : textOf(value) === 'true'),
  int2: (value) => Math.round(Number(value)),
  int4: (value) => Math.round(Number(value)),
  int8: (value) => (typeof value === 'bigint' ? value : BigInt(textOf(value))),
  float8: Number,
  numeric: Number,
  jsonb: (value) => (typeof value === 'string' ? new Json(JSON.parse(value)) : value),
  timestamptz: (value) => (typeof value === 'string' ? instantOf(value) : value),
  interval: (value) => (typeof value === 'string' ? intervalOf(value) : value),
};

/** @throws Error for a type that the simulation does not know */
export function castTo(type: TypeName | undefined): Cast {
  const name = typeNameOf(type);
  const conversion = CONVERSIONS[name];
  if (!conversion) throw new Error(`The simulation knows no type "${name}".`);
  const rounded = name === 'timestamptz' && type?.typmods ? rounding(conversion) : conversion;
  const cast = (value: Value): Value => (value === null ? null : rounded(value));
  if (!type?.arrayBounds) return cast;
  return (value) => (value === null ? null : elementsOf(value).map(cast));
}

export function typeNameOf(type: TypeName | undefined): string {
  const last = type?.names?.at(-1);
  return last && 'String' in last ? (last.String.sval ?? '') : '';
}

/** Instants are kept to the millisecond everywhere: `timestamptz(3)`. */
function rounding(conversion: Conversion): Conversion {
  return (value) => {
    const instant = conversion(value);
    return instant instanceof Instant ? new Instant(Math.round(instant.ms)) : instant;
  };
}

function elementsOf(value: Exclude<Value, null>): readonly Value[] {
  if (typeof value !== 'string') return value as readonly Value[];
  const inner = value.slice(1, -1);
  return inner === '' ? [] : inner.split(',');
}

const UNIT_MS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

function intervalOf(text: string): Interval {
  const [, count = '', unit = ''] = /^(\d+) (second|minute|hour|day)s?$/.exec(text) ?? [];
  const ms = UNIT_MS[unit];
  if (ms === undefined) throw new Error(`The simulation reads no interval "${text}".`);
  return new Interval(Number(count) * ms);
}
