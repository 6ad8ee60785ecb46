import { SqlFailure } from '../sql/frame.ts';
import type { Transaction } from '../sql/store.ts';
import type { Operation, Operations } from './operations.ts';
import type { SimulatedProcess } from './simulated-process.ts';

/** A statement at the server. */
export interface StatementWork<T> {
  readonly what: string;
  /** Whether its end makes something lasting: only then it matters whether it came to it. */
  readonly commits: boolean;
  /** Tries to come to the end; undefined when it has to wait. @throws SqlFailure */
  attempt(): T | undefined;
  /** The transaction in which it waits. */
  readonly transaction: Transaction | undefined;
  /** Nobody waits for it any more: what it has locked is let go. */
  discard(): void;
}

/** A statement that was sent, until its answer has come in. */
export class StatementOperation<T> implements Operation {
  readonly process: SimulatedProcess;
  readonly what: string;
  readonly answer: Promise<T>;
  private readonly work: StatementWork<T>;
  private readonly operations: Operations;
  /** When the server was done with it. */
  endedAt: number | undefined;
  private waitingSince: number | undefined;
  private readonly now: () => number;
  private resolve: (value: T) => void = () => undefined;
  private reject: (error: Error) => void = () => undefined;

  constructor(process: SimulatedProcess, operations: Operations, now: () => number, work: StatementWork<T>) {
    this.process = process;
    this.operations = operations;
    this.now = now;
    this.work = work;
    this.what = `${process.name}: ${work.what}`;
    this.answer = new Promise<T>((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    operations.add(this);
  }

  ready(): boolean {
    if (this.waitingSince === undefined) return true;
    return this.work.transaction?.waitsFor.some(({ ended }) => ended) ?? true;
  }

  proceed(): void {
    try {
      const result = this.work.attempt();
      if (result === undefined) this.waitingSince ??= this.now();
      else this.end(() => this.resolve(result));
    } catch (error) {
      this.fail(error);
    }
  }

  abandon(done: boolean): void {
    this.finish(done);
  }

  /** The connection breaks while it is under way. */
  cut(done: boolean): void {
    this.finish(done);
    this.end(() => this.reject(connectionLost()));
  }

  /** Gives up waiting for a lock once that has taken too long. */
  expire(): void {
    const timeout = this.work.transaction?.lockTimeoutMs ?? Infinity;
    if (this.waitingSince === undefined || this.now() - this.waitingSince < timeout) return;
    this.work.discard();
    this.fail(new SqlFailure('55P03', 'canceling statement due to lock timeout'));
  }

  /** Lets the server come to the end, or not, without anybody who would hear of it. */
  private finish(done: boolean): void {
    this.operations.remove(this);
    if (done && this.work.commits) {
      try {
        if (this.work.attempt() !== undefined) return;
      } catch {
        // Nobody hears of it.
      }
    }
    this.work.discard();
  }

  private fail(error: unknown): void {
    this.end(() => this.reject(error instanceof Error ? error : new Error(String(error))));
  }

  private end(answer: () => void): void {
    this.operations.remove(this);
    this.endedAt = this.now();
    this.process.deliver(answer);
  }
}

export function connectionLost(): SqlFailure {
  return new SqlFailure('ECONNRESET', 'Connection terminated unexpectedly');
}
