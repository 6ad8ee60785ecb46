import { REPEAT_REFUSED, type DecisionOutcome } from '../domain/message-decision.ts';
import type { Queryable } from './pool.ts';

/** What names a row of the ledger. */
export interface MessageKey {
  readonly month: number;
  readonly id: string;
}

/** Says what has come of the resend that is pending, if one is. */
export async function settleDecision(
  database: Queryable,
  { month, id }: MessageKey,
  outcome: DecisionOutcome,
  refusal: string | null = null,
): Promise<void> {
  await database.query(
    `UPDATE message_decision SET outcome = $3, refusal = $4
     WHERE month = $1 AND message_id = $2 AND outcome = 'pending'`,
    [month, id, outcome, refusal],
  );
}

/**
 * Leaves a message unresolved that the gate keeps in; its row says why.
 *
 * One statement: what somebody has decided meanwhile, or what has become of the message, stays.
 */
export async function refuseResend(database: Queryable, message: MessageKey, reason: string): Promise<void> {
  await database.query(
    `WITH refused AS (
       UPDATE message SET look_at = NULL, error = $3 WHERE month = $1 AND id = $2 AND state = 'unresolved'
       RETURNING id)
     UPDATE message_decision SET outcome = 'refused', refusal = $4 FROM refused
     WHERE month = $1 AND message_id = refused.id AND action = 'resend' AND outcome <> 'refused'
       AND number = (SELECT max(number) FROM message_decision WHERE month = $1 AND message_id = $2)`,
    [message.month, message.id, `${REPEAT_REFUSED}${reason}`, reason],
  );
}

/** Sets when a pending resend is tried again. */
export async function postponeResend(
  database: Queryable,
  { month, id }: MessageKey,
  afterMs: number,
): Promise<void> {
  await database.query(
    `UPDATE message SET look_at = clock_timestamp() + make_interval(secs => $3 / 1000.0)
     WHERE month = $1 AND id = $2 AND state = 'unresolved'`,
    [month, id, afterMs],
  );
}

/** When the operator decided that a message is to be sent again; its freshness counts from there. */
export async function readResendDecidedAt(
  database: Queryable,
  { month, id }: MessageKey,
): Promise<number | undefined> {
  const { rows } = await database.query<{ decided_at: Date }>(
    `SELECT decided_at FROM message_decision
     WHERE month = $1 AND message_id = $2 AND action = 'resend' AND outcome <> 'refused'
     ORDER BY number DESC LIMIT 1`,
    [month, id],
  );
  return rows[0]?.decided_at.getTime();
}
