import type { Pool } from '../database/pool.ts';
import type { LedgerRow } from '../simulators/ledger.ts';
import { countLateClaims, digitsOf, readClaimTraces, readOptOuts, type ClaimTrace } from './claim-traces.ts';
import type { Freeze } from './freezes.ts';
import type { Stop } from './stops.ts';

export interface AfterStop {
  /** Opt-outs that were answered and that the database knows nothing of. */
  readonly unheard: number;
  /** Messages that were claimed after the commit of their number's opt-out. */
  readonly claims: number;
  /** Calls whose first byte was seen more than a second after it, whether the provider took them or not. */
  readonly calls: number;
  /** Calls inside that second: they had been claimed before. */
  readonly callsWithinASecond: number;
  /** Later calls of a process that the harness had frozen behind its last check. */
  readonly callsFrozen: number;
}

/** What is held against each other. */
export interface AfterStopEvidence {
  readonly ledger: readonly LedgerRow[];
  readonly stops: readonly Stop[];
  readonly freezes: readonly Freeze[];
  /** How long after a claim its receipt is due. */
  readonly receiptDeadlineMs: number;
}

/** How long after its release a frozen process may take to write what it was about to write. */
const THAW_MS = 1_000;

/**
 * Looks for what left after an opt-out.
 *
 * Claims and calls are held against the instant that the opt-out wrote under the lock of the number, however often its
 * request was repeated until it was answered. A late call counts as a frozen process's only when it was claimed before
 * the freeze, which began behind the last check, and it came as soon as the freeze was over.
 */
export async function countAfterStop(
  pool: Pool,
  { ledger, stops, freezes, receiptDeadlineMs }: AfterStopEvidence,
): Promise<AfterStop> {
  const heard = await readOptOuts(pool, stops);
  const unheard = stops.filter(({ phone }) => !heard.has(digitsOf(phone)));
  const optOuts = new Map([
    ...unheard.map(({ phone, answeredAt }) => [digitsOf(phone), answeredAt] as const),
    ...heard,
  ]);
  const late = ledger.flatMap((row) => {
    if (row.kind === 'reported') return [];
    const stoppedAt = optOuts.get(digitsOf(row.to));
    return stoppedAt !== undefined && row.seen > stoppedAt ? [{ row, stoppedAt }] : [];
  });
  const traces = await readClaimTraces(
    pool,
    late.map(({ row }) => row.id),
    receiptDeadlineMs,
  );
  const counts = { calls: 0, callsWithinASecond: 0, callsFrozen: 0 };
  for (const { row, stoppedAt } of late) {
    const trace = traces.get(row.id);
    const frozen = freezes.some(
      (freeze) =>
        freeze.point === 'before_write' &&
        freeze.from <= stoppedAt + 1_000 &&
        row.seen >= freeze.to &&
        row.seen <= freeze.to + THAW_MS &&
        trace !== undefined &&
        wasClaimedBefore(trace, freeze.from, row.seen),
    );
    if (row.seen <= stoppedAt + 1_000) counts.callsWithinASecond += 1;
    else if (frozen) counts.callsFrozen += 1;
    else counts.calls += 1;
  }
  return { unheard: unheard.length, claims: await countLateClaims(pool, receiptDeadlineMs), ...counts };
}

/** Whether the call that was seen is one of an earlier claim; one that nobody has recorded may be of the latest. */
function wasClaimedBefore({ latest, calls }: ClaimTrace, freezeFrom: number, seen: number): boolean {
  const own = calls.filter(({ from, to }) => from <= seen && seen <= to + THAW_MS);
  return own.length > 0 ? own.some(({ from }) => from <= freezeFrom) : latest <= freezeFrom;
}
