import { lockMessages } from './lock-order.ts';
import type { Queryable } from './pool.ts';
import type { LedgerScope } from './read-ledger.ts';

/**
 * Gives a claim back of which provably no call was made.
 *
 * Used when the claim's own commit is in doubt: rows that it did write are `queued` again, so that nobody has to
 * wait for its grace.
 */
export async function releaseClaim(database: Queryable, scope: LedgerScope, token: string): Promise<void> {
  await database.query(
    `WITH claimed AS (
       ${lockMessages({
         where: `month = $1 AND cohort_id = $2 AND action_id = $3 AND pass = $4 AND claim_token = $5
           AND state = 'submitting'`,
       })})
     UPDATE message SET state = 'queued', claim_token = NULL, retry_at = clock_timestamp(), look_at = stale_at
     FROM claimed WHERE message.month = $1 AND message.id = claimed.id`,
    [scope.month, scope.cohortId, scope.actionId, scope.pass, token],
  );
}
