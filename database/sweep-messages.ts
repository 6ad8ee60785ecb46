import type { MessageState } from '../domain/states.ts';
import { DUE_BY } from './due-by.ts';
import { markHints } from './hints.ts';
import type { Pool } from './pool.ts';
import { inTransaction } from './transaction.ts';

export interface SweepResult {
  readonly toUnknown: number;
  readonly toNoReceipt: number;
  readonly toCancelled: number;
  /** Accepted messages whose receipt is still awaited. */
  readonly postponed: number;
}

export interface SweepInput {
  /** Most messages of one transaction. */
  readonly limit: number;
  readonly receiptSlackMs: number;
}

/** Whether a final receipt is still awaited. */
const AWAITED = `(state IN ('accepted', 'dispatched')
  AND coalesce(receipt_due_at + make_interval(secs => $2 / 1000.0) > clock_timestamp(), false))`;

/**
 * Looks at every message whose time has come, as its last owner whatever has become of the others:
 *
 * - `submitting` after the claim's grace → `unknown`; the claim's token stays, so that its holder's word still counts
 * - `accepted`, `dispatched` → looked at again after the receipt deadline and slack, and then closed as `no_receipt`
 * - `queued` when it has become stale → `cancelled`
 *
 * Messages in doubt are another sweep's: it asks the provider.
 */
export function sweepMessages(pool: Pool, { limit, receiptSlackMs }: SweepInput): Promise<SweepResult> {
  return inTransaction(pool, async (connection) => {
    const { rows } = await connection.query<{
      month: number;
      cohort_id: string;
      action_id: number;
      pass: number;
      state: MessageState;
      ended: boolean;
    }>({
      name: 'sweep-messages',
      text: `
        WITH due AS (
          SELECT month, id FROM message
          WHERE look_at <= ${DUE_BY} AND state IN ('submitting', 'accepted', 'dispatched', 'queued')
          ORDER BY look_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
        UPDATE message SET
          state = CASE state WHEN 'submitting' THEN 'unknown' WHEN 'queued' THEN 'cancelled' ELSE state END,
          no_receipt = state IN ('accepted', 'dispatched') AND NOT ${AWAITED},
          error = CASE state WHEN 'submitting' THEN 'The process that made the call did not report back.'
                             WHEN 'queued' THEN 'stale' ELSE error END,
          ended_at = CASE WHEN state <> 'submitting' AND NOT ${AWAITED} THEN clock_timestamp() END,
          look_at = CASE WHEN state = 'submitting' THEN clock_timestamp()
                         WHEN ${AWAITED} THEN receipt_due_at + make_interval(secs => $2 / 1000.0) END
        FROM due WHERE message.month = due.month AND message.id = due.id
        RETURNING message.month, message.cohort_id, message.action_id, message.pass, message.state,
          message.ended_at IS NOT NULL AS ended`,
      values: [limit, receiptSlackMs],
    });
    const ended = rows.filter((row) => row.ended);
    await markHints(connection, ended);
    const toUnknown = rows.filter((row) => row.state === 'unknown').length;
    const toCancelled = ended.filter((row) => row.state === 'cancelled').length;
    return {
      toUnknown,
      toNoReceipt: ended.length - toCancelled,
      toCancelled,
      postponed: rows.length - ended.length - toUnknown,
    };
  });
}
