import type { Pool } from '../database/pool.ts';
import type { LedgerRow } from '../simulators/ledger.ts';
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

/** How long after its release a frozen process may take to write what it was about to write. */
const THAW_MS = 1_000;

type CallRow = Exclude<LedgerRow, { kind: 'reported' }>;

/**
 * Looks for what left after an opt-out.
 *
 * Claims are held against the instant that the opt-out wrote under the lock of the number, calls against the answer to
 * its request, which came later than its commit. A late call counts as a frozen process's only when its message was
 * claimed before the freeze, behind no point before the last check, and the call came as soon as the freeze was over.
 */
export async function countAfterStop(
  pool: Pool,
  ledger: readonly LedgerRow[],
  stops: readonly Stop[],
  freezes: readonly Freeze[],
): Promise<AfterStop> {
  const late = ledger.flatMap((row) => {
    const stop = row.kind === 'reported' ? undefined : stopOf(stops, row.to);
    return row.kind !== 'reported' && stop && row.seen > stop.answeredAt ? [{ row, stop }] : [];
  });
  const claimedAt = await readClaims(
    pool,
    late.map(({ row }) => row),
  );
  const counts = { calls: 0, callsWithinASecond: 0, callsFrozen: 0 };
  for (const { row, stop } of late) {
    const claimed = claimedAt.get(row.id) ?? Number.POSITIVE_INFINITY;
    const frozen = freezes.some(
      ({ point, from, to }) =>
        point !== 'after_claim' &&
        claimed <= from &&
        from <= stop.answeredAt + 1_000 &&
        row.seen >= to &&
        row.seen <= to + THAW_MS,
    );
    if (row.seen <= stop.answeredAt + 1_000) counts.callsWithinASecond += 1;
    else if (frozen) counts.callsFrozen += 1;
    else counts.calls += 1;
  }
  return { ...(await countInDatabase(pool, stops)), ...counts };
}

/** The opt-out of a number, whichever way it is written. */
function stopOf(stops: readonly Stop[], number: string): Stop | undefined {
  return stops.find(({ phone }) => phone.replace('+', '') === number.replace('+', ''));
}

async function readClaims(pool: Pool, calls: readonly CallRow[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ id: string; claimed_at: Date }>(
    'SELECT id, claimed_at FROM message WHERE id::text = ANY ($1::text[]) AND claimed_at IS NOT NULL',
    [calls.map(({ id }) => id)],
  );
  return new Map(rows.map((row) => [row.id, row.claimed_at.getTime()]));
}

async function countInDatabase(
  pool: Pool,
  stops: readonly Stop[],
): Promise<Pick<AfterStop, 'claims' | 'unheard'>> {
  const { rows } = await pool.query<{ claims: string; unheard: string }>(
    `SELECT
       (SELECT count(*) FROM message JOIN recipient ON recipient.id = message.recipient_id
        WHERE message.claimed_at > recipient.opted_out_at) AS claims,
       (SELECT count(*) FROM unnest($1::text[]) AS stop (phone) WHERE NOT EXISTS (
          SELECT FROM customer JOIN recipient ON recipient.id = customer.recipient_id
          WHERE customer.phone = stop.phone AND recipient.opted_out_at IS NOT NULL)) AS unheard`,
    [stops.map(({ phone }) => phone)],
  );
  return { claims: Number(rows[0]?.claims ?? Number.NaN), unheard: Number(rows[0]?.unheard ?? Number.NaN) };
}
