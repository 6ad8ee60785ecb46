import type { Values } from './values.ts';

/** Row locks by strength; see PostgreSQL's table of conflicting row-level locks. */
const LOCK_MODES = ['key share', 'share', 'no key update', 'update'] as const;
export type LockMode = (typeof LOCK_MODES)[number];

function conflicts(a: LockMode, b: LockMode): boolean {
  return LOCK_MODES.indexOf(a) + LOCK_MODES.indexOf(b) >= 3;
}

/** What one transaction has made of a row; null once it is deleted. */
interface Draft {
  readonly command: number;
  readonly values: Values | null;
}

/** A row with everything that somebody may still see of it. */
export class Row {
  readonly table: string;
  /** Committed versions, the oldest first. */
  versions: readonly { readonly commit: number; readonly values: Values | null }[];
  drafts: readonly Draft[] = [];
  drafter: Transaction | undefined;
  readonly locks = new Map<Transaction, LockMode>();

  constructor(table: string, committed?: Values) {
    this.table = table;
    this.versions = committed ? [{ commit: 0, values: committed }] : [];
  }

  /** What a statement sees that began at this commit, as this command of its transaction. */
  visible(transaction: Transaction, commit: number, command: number): Values | null {
    if (this.drafter === transaction) {
      const own = this.drafts.findLast((draft) => draft.command < command);
      if (own) return own.values;
    }
    for (let i = this.versions.length - 1; i >= 0; i -= 1) {
      const version = this.versions[i];
      if (version && version.commit <= commit) return version.values;
    }
    return null;
  }

  /** The newest version that counts: the transaction's own, or the last committed one. */
  newest(transaction: Transaction): Values | null {
    if (this.drafter === transaction) return this.drafts.at(-1)?.values ?? null;
    return this.versions.at(-1)?.values ?? null;
  }

  /** Locks the row. @returns transactions that must end first; none when the lock is held now */
  lock(transaction: Transaction, mode: LockMode): readonly Transaction[] {
    const others = [...this.locks].filter(
      ([holder, held]) => holder !== transaction && conflicts(held, mode),
    );
    if (others.length > 0) return others.map(([holder]) => holder);
    const held = this.locks.get(transaction);
    if (!held || LOCK_MODES.indexOf(held) < LOCK_MODES.indexOf(mode)) this.locks.set(transaction, mode);
    transaction.touched.add(this);
    return [];
  }

  draft(transaction: Transaction, command: number, values: Values | null): void {
    this.drafts = [...this.drafts, { command, values }];
    this.drafter = transaction;
    transaction.touched.add(this);
  }

  /** Takes back what a command has written, so that it can be begun again. */
  undraft(command: number): void {
    this.drafts = this.drafts.filter((draft) => draft.command !== command);
    if (this.drafts.length === 0) this.drafter = undefined;
  }
}

/** What a commit has changed of one row. */
export interface Change {
  readonly table: string;
  readonly before: Values | null;
  readonly after: Values | null;
}

/** Rows and locks of one database, and who sees what: READ COMMITTED. */
export class Store {
  readonly tables: ReadonlyMap<string, Row[]>;
  /** Number of the last commit. */
  commit = 0;
  private identity = 1_000n;
  readonly advisory = new Map<string, Map<Transaction, 'shared' | 'exclusive'>>();
  onCommit: (changes: readonly Change[], transaction: Transaction) => void = () => undefined;

  constructor(tables: ReadonlyMap<string, readonly Values[]>) {
    this.tables = new Map(
      [...tables].map(([name, rows]) => [name, rows.map((values) => new Row(name, values))]),
    );
  }

  nextIdentity(): bigint {
    this.identity += 1n;
    return this.identity;
  }

  rows(table: string): Row[] {
    const rows = this.tables.get(table);
    if (!rows) throw new Error(`There is no table "${table}".`);
    return rows;
  }
}

/** One transaction; it ends with {@link commit} or {@link rollBack}. */
export class Transaction {
  readonly store: Store;
  readonly startedAt: number;
  readonly touched = new Set<Row>();
  readonly advisory = new Set<string>();
  command = 0;
  ended = false;
  lockTimeoutMs = 2_000;
  /** Whoever began it. */
  readonly owner: object | undefined;
  /** Whom it waits for. */
  waitsFor: readonly Transaction[] = [];

  constructor(store: Store, startedAt: number, owner?: object) {
    this.store = store;
    this.startedAt = startedAt;
    this.owner = owner;
  }

  /** Takes an advisory lock until the end. @returns transactions that must end first */
  lockAdvisory(key: string, mode: 'shared' | 'exclusive'): readonly Transaction[] {
    const holders = this.store.advisory.get(key) ?? new Map<Transaction, 'shared' | 'exclusive'>();
    const others = [...holders].filter(
      ([holder, held]) => holder !== this && (held === 'exclusive' || mode === 'exclusive'),
    );
    if (others.length > 0) return others.map(([holder]) => holder);
    if (holders.get(this) !== 'exclusive') holders.set(this, mode);
    this.store.advisory.set(key, holders);
    this.advisory.add(key);
    return [];
  }

  commit(): void {
    const drafted = [...this.touched].filter((row) => row.drafter === this);
    if (drafted.length > 0) this.store.commit += 1;
    const changes = drafted.map((row): Change => {
      const [before, after] = [row.versions.at(-1)?.values ?? null, row.newest(this)];
      row.versions = [...row.versions, { commit: this.store.commit, values: after }];
      return { table: row.table, before, after };
    });
    this.end();
    if (changes.length > 0) this.store.onCommit(changes, this);
  }

  rollBack(): void {
    for (const row of this.touched) {
      if (row.drafter !== this || row.versions.length > 0) continue;
      const rows = this.store.rows(row.table);
      rows.splice(rows.indexOf(row), 1);
    }
    this.end();
  }

  private end(): void {
    this.ended = true;
    for (const row of this.touched) {
      row.locks.delete(this);
      if (row.drafter === this) {
        row.drafts = [];
        row.drafter = undefined;
      }
    }
    for (const key of this.advisory) this.store.advisory.get(key)?.delete(this);
  }
}
