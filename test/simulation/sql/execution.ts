import { LockWait, SqlFailure, type Frame } from './frame.ts';
import type { Runnable } from './scope.ts';
import type { Transaction } from './store.ts';
import type { Values } from './values.ts';

/** One execution of a statement: it is begun again where it had to wait, and sees what it saw before. */
export class Execution {
  private readonly transaction: Transaction;
  private readonly plan: Runnable;
  private readonly parameters: Values;
  private readonly time: { readonly now: number };
  private readonly commit: number;
  private readonly command: number;
  private readonly startedAt: number;

  constructor(transaction: Transaction, plan: Runnable, parameters: Values, time: { readonly now: number }) {
    this.transaction = transaction;
    this.plan = plan;
    this.parameters = parameters;
    this.time = time;
    this.commit = transaction.store.commit;
    transaction.command += 1;
    this.command = transaction.command;
    this.startedAt = time.now;
  }

  /** @returns undefined while it waits for {@link Transaction.waitsFor} @throws SqlFailure */
  proceed(): readonly Values[] | undefined {
    const { transaction, commit, command, startedAt, time, parameters } = this;
    const frame: Frame = {
      transaction,
      commit,
      command,
      startedAt,
      time,
      parameters,
      tuples: [],
      rows: [],
      results: new Map(),
    };
    try {
      const rows = this.plan.run(frame);
      transaction.waitsFor = [];
      return rows;
    } catch (error) {
      this.undo();
      if (!(error instanceof LockWait)) throw error;
      transaction.waitsFor = error.holders;
      if (waitsForItself(transaction)) throw new SqlFailure('40P01', 'deadlock detected');
      return undefined;
    }
  }

  private undo(): void {
    const { transaction, command } = this;
    for (const row of transaction.touched) {
      if (row.drafter !== transaction) continue;
      row.undraft(command);
      if (row.drafts.length > 0 || row.versions.length > 0) continue;
      const rows = transaction.store.rows(row.table);
      rows.splice(rows.indexOf(row), 1);
    }
  }
}

function waitsForItself(start: Transaction): boolean {
  const seen = new Set<Transaction>();
  const reaches = (transaction: Transaction): boolean =>
    transaction.waitsFor.some((other) => {
      if (other === start) return true;
      if (seen.has(other) || other.ended) return false;
      seen.add(other);
      return reaches(other);
    });
  return reaches(start);
}
