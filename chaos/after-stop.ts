import type { Pool } from '../database/pool.ts';
import type { LedgerRow } from '../simulators/ledger.ts';
import type { Freeze } from './directed.ts';
import type { Stop } from './stops.ts';

export interface AfterStop {
  /** Messages that were claimed after the commit of their number's opt-out. */
  readonly claims: number;
  /** Calls whose first byte was seen more than a second after it. */
  readonly calls: number;
  /** Calls inside that second: they had been claimed before. */
  readonly callsWithinASecond: number;
  /** Later calls of a process that the harness had frozen behind its last check. */
  readonly callsFrozen: number;
}

/** How long after its release a frozen process may take to write what it was about to write. */
const THAW_MS = 1_000;

/**
 * Looks for what left after an opt-out.
 *
 * Claims are held against the instant that the opt-out wrote under the lock of the number, calls against the answer to
 * its request, which came later than its commit.
 */
export async function countAfterStop(
  pool: Pool,
  ledger: readonly LedgerRow[],
  stops: readonly Stop[],
  freezes: readonly Freeze[],
): Promise<AfterStop> {
  const { rows } = await pool.query<{ count: string }>(
    `SELECT count(*) FROM message JOIN recipient ON recipient.id = message.recipient_id
     WHERE message.claimed_at > recipient.opted_out_at`,
  );
  const stopOf = new Map(stops.map((stop) => [stop.phone.replace('+', ''), stop]));
  const counts = { calls: 0, callsWithinASecond: 0, callsFrozen: 0 };
  for (const row of ledger) {
    if (row.kind !== 'accepted') continue;
    const stop = stopOf.get(row.to.replace('+', ''));
    if (!stop || row.seen <= stop.askedAt) continue;
    const frozen = freezes.some(
      ({ from, to }) => from <= stop.answeredAt + 1_000 && row.seen >= to && row.seen <= to + THAW_MS,
    );
    if (row.seen <= stop.answeredAt + 1_000) counts.callsWithinASecond += row.seen > stop.answeredAt ? 1 : 0;
    else if (frozen) counts.callsFrozen += 1;
    else counts.calls += 1;
  }
  return { claims: Number(rows[0]?.count ?? 0), ...counts };
}
