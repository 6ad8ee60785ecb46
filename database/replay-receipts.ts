import type { Pool } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** SQL: the id of a row of `receipt`, which is named by its integration and the provider's key otherwise. */
export const RECEIPT_ID = `md5(receipt.month || '/' || receipt.integration_id || '/' || receipt.event_key)::uuid`;

/** Which dead letters are meant: those that fit all that is given. */
export interface ReplayFilter {
  readonly ids?: readonly string[] | undefined;
  readonly integrationId?: string | undefined;
  /** Instants as ISO 8601 writes them. */
  readonly receivedFrom?: string | undefined;
  readonly receivedBefore?: string | undefined;
}

export interface Replay {
  readonly projectId: string;
  readonly filter: ReplayFilter;
  readonly limit: number;
  readonly reason: string;
  readonly actor: string;
}

/**
 * Makes dead letters due again at once, the oldest first, and writes down who wanted it.
 *
 * Only those whose message may come up: an id that can't be ours stays what it is. Each is tried once; whose message is
 * still not there is a dead letter again.
 * @returns how many, and whether more fit the filter
 */
export function replayReceipts(
  pool: Pool,
  { projectId, filter, limit, reason, actor }: Replay,
): Promise<{ readonly replayed: number; readonly more: boolean }> {
  return inTransaction(pool, async (connection) => {
    const wanted = [
      projectId,
      filter.integrationId ?? null,
      filter.ids ?? null,
      filter.receivedFrom ?? null,
      filter.receivedBefore ?? null,
    ];
    const stored = await connection.query<{ id: string }>('SELECT gen_random_uuid() AS id');
    const replayId = stored.rows[0]?.id;
    const { rowCount } = await connection.query(
      `WITH due AS (
         SELECT month, integration_id, event_key FROM receipt WHERE ${FITS}
         ORDER BY received_at LIMIT $6 FOR NO KEY UPDATE SKIP LOCKED)
       UPDATE receipt SET fold_at = clock_timestamp(), dead_reason = NULL, replay_id = $7 FROM due
       WHERE receipt.month = due.month AND receipt.integration_id = due.integration_id
         AND receipt.event_key = due.event_key`,
      [...wanted, limit, replayId],
    );
    const replayed = rowCount ?? 0;
    if (replayed > 0)
      await connection.query(
        `INSERT INTO receipt_replay (id, project_id, filter, reason, actor, replayed, replayed_at)
         VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())`,
        [replayId, projectId, JSON.stringify(filter), reason, actor, replayed],
      );
    const rest = await connection.query(`SELECT FROM receipt WHERE ${FITS} LIMIT 1`, wanted);
    return { replayed, more: rest.rowCount === 1 };
  });
}

const FITS = `
  integration_id IN (SELECT id FROM integration WHERE project_id = $1 AND ($2::uuid IS NULL OR id = $2))
  AND dead_reason = 'no_message'
  AND ($3::uuid[] IS NULL OR ${RECEIPT_ID} = ANY ($3))
  AND ($4::timestamptz IS NULL OR received_at >= $4) AND ($5::timestamptz IS NULL OR received_at < $5)`;
