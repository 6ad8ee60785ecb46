import { MemberSet } from '../domain/member-set.ts';
import type { Departure } from '../domain/walk-record.ts';

/** Members by node and outcome, counted while they leave. */
export class Tally {
  private readonly counts: Record<string, Record<string, number>>;

  constructor(state: Readonly<Record<string, Readonly<Record<string, number>>>> = {}) {
    this.counts = Object.fromEntries(
      Object.entries(state).map(([nodeId, counts]) => [nodeId, { ...counts }]),
    );
  }

  add(size: number, departures: readonly Departure[]): void {
    for (const { nodeId, outcome, members } of departures) {
      const counts = (this.counts[nodeId] ??= {});
      counts[outcome] = (counts[outcome] ?? 0) + MemberSet.fromHex(size, members).count();
    }
  }

  toState(): Record<string, Record<string, number>> {
    return this.counts;
  }
}
