import type { Schema } from '../sql/schema.ts';
import type { Store } from '../sql/store.ts';
import { resultOfValue, type Values } from '../sql/values.ts';

/** The places of a table's columns. */
type Places = ReadonlyMap<string, number>;

/** A committed row, read by the names of its columns, in plain values of JavaScript. */
export class PlainRow {
  private readonly places: Places;
  private readonly values: Values;

  constructor(places: Places, values: Values) {
    this.places = places;
    this.values = values;
  }

  get(column: string): unknown {
    const place = this.places.get(column);
    if (place === undefined) throw new Error(`There is no column "${column}".`);
    return resultOfValue(this.values[place] ?? null);
  }

  text(column: string): string {
    return String(this.get(column));
  }

  /** An instant in milliseconds, undefined for null. */
  instant(column: string): number | undefined {
    const value = this.get(column);
    return value instanceof Date ? value.getTime() : undefined;
  }
}

/** Reads what is committed, without taking part in anything. */
export class Reader {
  private readonly places: ReadonlyMap<string, Places>;
  private readonly store: Store;

  constructor(schema: Schema, store: Store) {
    this.places = placesOf(schema);
    this.store = store;
  }

  row(table: string, values: Values): PlainRow {
    return new PlainRow(this.places.get(table) ?? new Map<string, number>(), values);
  }

  rows(table: string): readonly PlainRow[] {
    return this.store.rows(table).flatMap(({ versions }) => {
      const values = versions.at(-1)?.values;
      return values ? [this.row(table, values)] : [];
    });
  }
}

const known = new Map<Schema, ReadonlyMap<string, Places>>();

function placesOf(schema: Schema): ReadonlyMap<string, Places> {
  const places =
    known.get(schema) ??
    new Map(
      [...schema].map(([name, { columns }]) => [name, new Map(columns.map((column, i) => [column.name, i]))]),
    );
  known.set(schema, places);
  return places;
}
