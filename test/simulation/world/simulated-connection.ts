import { Execution } from '../sql/execution.ts';
import { SqlFailure } from '../sql/frame.ts';
import type { Prepared, Statements } from '../sql/prepared.ts';
import type { Runnable } from '../sql/scope.ts';
import { Transaction, type Store } from '../sql/store.ts';
import { resultOfValue, valueOfParameter, type Values } from '../sql/values.ts';
import type { Operations } from './operations.ts';
import type { SimulatedProcess } from './simulated-process.ts';
import { connectionLost, StatementOperation, type StatementWork } from './statement-operation.ts';
import type { VirtualTime } from './virtual-time.ts';

/** After how long PostgreSQL gives up a session that does nothing in a transaction. */
const IDLE_IN_TRANSACTION_MS = 30_000;

export interface Result {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly rowCount: number;
}

/** What all connections to one simulated database share. */
export interface Server {
  readonly store: Store;
  readonly statements: Statements;
  readonly operations: Operations;
  readonly time: VirtualTime;
}

/** A statement as `pg` takes it. */
export type Given =
  string | { readonly name?: string; readonly text: string; readonly values?: readonly unknown[] };

const NOTHING: Result = { rows: [], rowCount: 0 };

/** Stands for a connection of `pg` to the simulated database. */
export class SimulatedConnection {
  private readonly server: Server;
  private readonly process: SimulatedProcess;
  private transaction: Transaction | undefined;
  private underWay: StatementOperation<Result> | undefined;
  private failed = false;
  private lost = false;
  private begunAt = 0;

  constructor(server: Server, process: SimulatedProcess) {
    this.server = server;
    this.process = process;
  }

  query(given: Given, values?: readonly unknown[]): Promise<Result> {
    const { text, name, values: own = values ?? [] } = typeof given === 'string' ? { text: given } : given;
    if (this.process.state === 'dead') return new Promise(() => undefined);
    if (this.lost) return Promise.reject(connectionLost());
    const { statements, store, time } = this.server;
    const prepared = statements.prepare(text);
    switch (prepared.kind) {
      case 'begin':
        this.transaction = new Transaction(store, time.now, this.process);
        this.begunAt = time.now;
        return Promise.resolve(NOTHING);
      case 'lock timeout':
        if (this.transaction) this.transaction.lockTimeoutMs = prepared.ms;
        return Promise.resolve(NOTHING);
      case 'rollback':
        this.close();
        return Promise.resolve(NOTHING);
      case 'commit':
        return this.commit();
      case 'query':
        return this.execute(prepared, name ?? prepared.label, own.map(valueOfParameter));
    }
  }

  /** Rolls back what is open: its process is dead, or the server has had enough. */
  close(): void {
    this.transaction?.rollBack();
    this.transaction = undefined;
    this.failed = false;
  }

  /** Breaks while a statement is under way. @returns whether one was */
  cut(done: boolean): boolean {
    if (!this.underWay || this.underWay.endedAt !== undefined) return false;
    this.lost = true;
    this.underWay.cut(done);
    this.close();
    return true;
  }

  /** What the server does as time passes: nobody keeps a transaction open for long and does nothing. */
  expire(): void {
    if (this.underWay && this.underWay.endedAt === undefined) return;
    const idleSince = Math.max(this.begunAt, this.underWay?.endedAt ?? 0);
    if (!this.transaction || this.server.time.now - idleSince < IDLE_IN_TRANSACTION_MS) return;
    this.lost = true;
    this.close();
  }

  private commit(): Promise<Result> {
    const { transaction } = this;
    return this.send({
      what: 'commit',
      commits: true,
      attempt: () => {
        if (this.failed) transaction?.rollBack();
        else transaction?.commit();
        this.transaction = undefined;
        this.failed = false;
        return NOTHING;
      },
      transaction,
      discard: () => undefined,
    });
  }

  private execute(query: Prepared & { kind: 'query' }, what: string, parameters: Values): Promise<Result> {
    const { store, time } = this.server;
    if (this.failed) return Promise.reject(new SqlFailure('25P02', 'The transaction is aborted.'));
    if (query.settled) {
      const rows =
        new Execution(new Transaction(store, time.now), query.plan, parameters, time).proceed() ?? [];
      return Promise.resolve(resultOf(query.plan, rows));
    }
    const own = this.transaction;
    const transaction = own ?? new Transaction(store, time.now, this.process);
    return this.send(new QueryWork(query.plan, what, parameters, time, transaction, own !== undefined, this));
  }

  /** A statement has failed: a transaction that goes on beyond it can only be rolled back. */
  abort(): void {
    this.failed = true;
  }

  private send(work: StatementWork<Result>): Promise<Result> {
    const { operations, time } = this.server;
    this.underWay = new StatementOperation(this.process, operations, () => time.now, work);
    return this.underWay.answer;
  }
}

/** A statement that reads or writes. */
class QueryWork implements StatementWork<Result> {
  readonly what: string;
  readonly commits: boolean;
  readonly transaction: Transaction;
  private readonly plan: Runnable;
  private readonly parameters: Values;
  private readonly time: VirtualTime;
  private readonly connection: SimulatedConnection;
  private execution: Execution | undefined;

  /** @param within whether its transaction was begun before it and goes on after it */
  constructor(
    plan: Runnable,
    what: string,
    parameters: Values,
    time: VirtualTime,
    transaction: Transaction,
    within: boolean,
    connection: SimulatedConnection,
  ) {
    this.plan = plan;
    this.what = what;
    this.parameters = parameters;
    this.time = time;
    this.transaction = transaction;
    this.commits = !within;
    this.connection = connection;
  }

  attempt(): Result | undefined {
    this.execution ??= new Execution(this.transaction, this.plan, this.parameters, this.time);
    try {
      const rows = this.execution.proceed();
      if (!rows) return undefined;
      if (this.commits) this.transaction.commit();
      return resultOf(this.plan, rows);
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  discard(): void {
    if (this.commits) this.transaction.rollBack();
    else this.connection.abort();
  }
}

function resultOf({ columns, silent }: Runnable, rows: readonly Values[]): Result {
  if (silent) return { rowCount: rows.length, rows: [] };
  return {
    rowCount: rows.length,
    rows: rows.map((values) => {
      const row: Record<string, unknown> = {};
      for (const [i, column] of columns.entries()) row[column] = resultOfValue(values[i] ?? null);
      return row;
    }),
  };
}
