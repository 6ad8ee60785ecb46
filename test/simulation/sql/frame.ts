import type { Row, Transaction } from './store.ts';
import type { Value, Values } from './values.ts';

/** One execution of one statement. */
export interface Frame {
  readonly transaction: Transaction;
  /** The last commit that the statement sees. */
  readonly commit: number;
  /** Which statement of its transaction it is. */
  readonly command: number;
  /** Milliseconds since the epoch at which it began. */
  readonly startedAt: number;
  /** The clock, as it goes on. */
  readonly time: { readonly now: number };
  readonly parameters: Values;
  /** The tuple under consideration, by slot: every relation of a statement has a slot of its own. */
  readonly tuples: Values[];
  /** The stored rows from which the tuples come. */
  readonly rows: (Row | undefined)[];
  /** Results of common table expressions, by name. */
  readonly results: Map<object, readonly Values[]>;
}

export type Evaluate = (frame: Frame) => Value;

/** Says that a statement must wait for others and be run again from its beginning, with what it saw and locked. */
export class LockWait extends Error {
  readonly holders: readonly Transaction[];

  constructor(holders: readonly Transaction[]) {
    super('A lock is held by somebody else.');
    this.holders = holders;
  }
}

/** An error as PostgreSQL answers it. */
export class SqlFailure extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}
