import type { SimulatedProcess } from './simulated-process.ts';

/** Something under way that goes on when the scheduler says so: a statement at the database, a call at the provider. */
export interface Operation {
  readonly process: SimulatedProcess;
  /** What it is, in the words of the log. */
  readonly what: string;
  /** Whether it could go on now. */
  ready(): boolean;
  /** @param luck decides where more than one thing can happen; 0 is what usually does */
  proceed(luck: number): void;
  /** Time has gone on. */
  expire(): void;
  /** Its process was killed. @param done whether it had reached its end all the same */
  abandon(done: boolean): void;
}

/** Everything that is under way, in the order in which it began. */
export class Operations {
  private list: Operation[] = [];

  add(operation: Operation): void {
    this.list.push(operation);
  }

  remove(operation: Operation): void {
    this.list = this.list.filter((other) => other !== operation);
  }

  ready(): readonly Operation[] {
    return this.list.filter((operation) => operation.ready());
  }

  of(process: SimulatedProcess): readonly Operation[] {
    return this.list.filter((operation) => operation.process === process);
  }

  get all(): readonly Operation[] {
    return this.list;
  }
}
