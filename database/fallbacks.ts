import type { ConsentClass } from '../domain/gate.ts';
import { DUE_BY } from './due-by.ts';
import type { Queryable } from './pool.ts';
import type { LedgerScope } from './read-ledger.ts';

/** A message in whose place an SMS is due. */
export interface DueFallback extends Omit<LedgerScope, 'leg'> {
  readonly memberIndex: number;
  /** When it turned out that the MMS can't be taken, milliseconds since the epoch: lateness counts from there. */
  readonly failedAt: number;
  /** Until when its author waits for the MMS: an SMS that the hour would keep in beyond that is not sent. */
  readonly awaitedUntil: number;
  /** Whether it was delivered after all: nothing but the end of what waits in its place is left to do. */
  readonly isDelivered: boolean;
  /** Of the MMS, as it was claimed. */
  readonly consentClass: ConsentClass;
}

type DueRow = Omit<DueFallback, 'failedAt' | 'awaitedUntil'> & { failedAt: Date; awaitedUntil: Date | null };

/** Takes messages whose fallback is due, at most `limit`; for `leaseMs` they are nobody else's. */
export async function takeDueFallbacks(
  database: Queryable,
  limit: number,
  leaseMs: number,
): Promise<readonly DueFallback[]> {
  const { rows } = await database.query<DueRow>({
    name: 'take-due-fallbacks',
    text: `
      WITH due AS (
        SELECT month, id FROM message WHERE fallback_at <= ${DUE_BY}
        ORDER BY fallback_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
      UPDATE message SET fallback_at = clock_timestamp() + make_interval(secs => $2 / 1000.0)
      FROM due WHERE message.month = due.month AND message.id = due.id
      RETURNING message.month, cohort_id AS "cohortId", action_id AS "actionId", pass, member_index AS "memberIndex",
        least(coalesce(receipt_at, claimed_at), clock_timestamp()) AS "failedAt", receipt_due_at AS "awaitedUntil",
        state = 'delivered' AS "isDelivered", consent_class AS "consentClass"`,
    values: [limit, leaseMs],
  });
  return rows.map((row) => ({
    ...row,
    failedAt: row.failedAt.getTime(),
    awaitedUntil: row.awaitedUntil?.getTime() ?? Infinity,
  }));
}
