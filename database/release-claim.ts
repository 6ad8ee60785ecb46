import type { Queryable } from './pool.ts';

/**
 * Gives a claim back of which provably no call was made.
 *
 * Used when the claim's own commit is in doubt: rows that it did write are `queued` again, so that nobody has to
 * wait for its grace.
 */
export async function releaseClaim(database: Queryable, month: number, token: string): Promise<void> {
  await database.query(
    `UPDATE message SET state = 'queued', claim_token = NULL, retry_at = clock_timestamp(), look_at = stale_at
     WHERE month = $1 AND claim_token = $2 AND state = 'submitting'`,
    [month, token],
  );
}
