import type { Node } from '@pgsql/types';
import type { Evaluate, Frame } from './frame.ts';
import type { Table } from './schema.ts';
import type { Value, Values } from './values.ts';

/** What stands in a FROM clause, as far as names are concerned. */
export interface Named {
  readonly alias: string;
  readonly columns: readonly string[];
  readonly slot: number;
}

/** A common table expression: evaluated once a statement, when it is first asked for. */
export interface NamedResult {
  readonly columns: readonly string[];
  readonly plan: Runnable;
  readonly modifies: boolean;
}

/** Something that gives rows. */
export interface Runnable {
  readonly columns: readonly string[];
  /** Whether it only counts its rows: a modification without RETURNING. */
  readonly silent?: boolean;
  run(frame: Frame): readonly Values[];
}

/** An aggregate of a query; its value stands in a tuple of its own. */
export interface Aggregate {
  readonly argument: Evaluate;
  readonly filter: Evaluate | undefined;
  readonly combine: (values: Values) => Value;
}

/** Answers a table of the schema. */
export type FindTable = (name: string) => Table;

/** Which names mean what at one place of a statement. */
export class Scope {
  readonly relations: Named[] = [];
  readonly results: Map<string, NamedResult>;
  /** Aggregates of this query, with the slot of their values; filled while its expressions are compiled. */
  readonly aggregates: Aggregate[] = [];
  readonly aggregateSlot: number;
  readonly table: FindTable;
  private readonly outer: Scope | undefined;
  private readonly counter: { slots: number };
  /** Slots that have been referred to since this was last emptied. */
  readonly used: Set<number>;

  constructor(table: FindTable, outer?: Scope) {
    this.table = table;
    this.outer = outer;
    this.counter = outer?.counter ?? { slots: 0 };
    this.used = outer?.used ?? new Set();
    this.results = new Map(outer?.results);
    this.aggregateSlot = this.newSlot();
  }

  inner(): Scope {
    return new Scope(this.table, this);
  }

  newSlot(): number {
    this.counter.slots += 1;
    return this.counter.slots - 1;
  }

  /** @throws Error when nothing has the name */
  resolve(column: string, alias?: string): { slot: number; index: number } {
    for (const { alias: name, columns, slot } of this.relations) {
      const index = alias === undefined || alias === name ? columns.indexOf(column) : -1;
      if (index < 0) continue;
      this.used.add(slot);
      return { slot, index };
    }
    if (!this.outer)
      throw new Error(`There is no column ${alias === undefined ? '' : `${alias}.`}${column}.`);
    return this.outer.resolve(column, alias);
  }

  has(column: string): boolean {
    return this.relations.some(({ columns }) => columns.includes(column));
  }
}

export function unsupported(what: string, node?: Node | object): Error {
  const kind = node ? ` ${Object.keys(node)[0] ?? ''}` : '';
  return new Error(`The simulation's SQL has no ${what}${kind}. Teach it, or say it otherwise.`);
}

/** The text of a `String` node. */
export function nameOf(node: Node | undefined): string {
  return node && 'String' in node ? (node.String.sval ?? '') : '';
}
