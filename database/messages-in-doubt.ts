import type { Channel } from '../domain/channel.ts';
import { REPEAT_REFUSED } from '../domain/message-decision.ts';
import type { MessageContent } from '../domain/message-content.ts';
import { DUE_BY } from './due-by.ts';
import { markHints, type HintedMessage } from './hints.ts';
import type { Pool, Queryable } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** A message of which nobody can tell whether the provider took it. */
export interface MessageInDoubt {
  readonly month: number;
  readonly id: string;
  readonly runId: string;
  readonly cohortId: string;
  readonly memberIndex: number;
  readonly recipientId: string;
  readonly actionId: number;
  readonly pass: number;
  readonly leg: number;
  readonly channel: Channel;
  readonly integrationId: string;
  readonly sender: string;
  readonly to: string | null;
  readonly content: MessageContent | null;
  /** Look-ups that found nothing. */
  readonly looks: number;
  /** Whether it has turned out that nothing of it can have left. */
  readonly provablyUnsent: boolean;
  readonly claimedAt: number;
  readonly staleAt: number;
  /** The database's time at which it was taken. */
  readonly takenAt: number;
}

interface Row {
  month: number;
  id: string;
  run_id: string;
  cohort_id: string;
  member_index: number;
  recipient_id: string;
  action_id: number;
  pass: number;
  leg: number;
  channel: Channel;
  integration_id: string;
  sender: string;
  to_number: string | null;
  content: MessageContent | null;
  looks: number;
  provably_unsent: boolean;
  claimed_at: Date;
  stale_at: Date;
  taken_at: Date;
}

/** Takes messages in doubt that are due for a look-up; for `leaseMs` nobody else takes them. */
export function takeMessagesInDoubt(
  database: Queryable,
  limit: number,
  leaseMs: number,
): Promise<readonly MessageInDoubt[]> {
  return takeDue(database, 'unknown', limit, leaseMs);
}

/** Takes unresolved messages that an operator wants to be sent again, as {@link takeMessagesInDoubt} does. */
export function takePendingResends(
  database: Queryable,
  limit: number,
  leaseMs: number,
): Promise<readonly MessageInDoubt[]> {
  return takeDue(database, 'unresolved', limit, leaseMs);
}

async function takeDue(
  database: Queryable,
  state: 'unknown' | 'unresolved',
  limit: number,
  leaseMs: number,
): Promise<readonly MessageInDoubt[]> {
  const { rows } = await database.query<Row>({
    name: `take-${state}`,
    text: `
      WITH due AS (
        SELECT month, id FROM message WHERE look_at <= ${DUE_BY} AND state = '${state}'
        ORDER BY look_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
      UPDATE message SET look_at = clock_timestamp() + make_interval(secs => $2 / 1000.0)
      FROM due WHERE message.month = due.month AND message.id = due.id
      RETURNING message.month, message.id, run_id, cohort_id, member_index, recipient_id, action_id, pass, leg,
        channel, integration_id, sender, to_number, content, looks, provably_unsent, claimed_at,
        stale_at,
        clock_timestamp() AS taken_at`,
    values: [limit, leaseMs],
  });
  return rows.map((row) => ({
    month: row.month,
    id: row.id,
    runId: row.run_id,
    cohortId: row.cohort_id,
    memberIndex: row.member_index,
    recipientId: row.recipient_id,
    actionId: row.action_id,
    pass: row.pass,
    leg: row.leg,
    channel: row.channel,
    integrationId: row.integration_id,
    sender: row.sender,
    to: row.to_number,
    content: row.content,
    looks: row.looks,
    provablyUnsent: row.provably_unsent,
    claimedAt: row.claimed_at.getTime(),
    staleAt: row.stale_at.getTime(),
    takenAt: row.taken_at.getTime(),
  }));
}

/**
 * Sets when a message that is still in doubt is looked up next, and what its row says meanwhile.
 *
 * Why the gate has refused its repeat stays until there is another refusal: an operator reads it once the message is given up.
 */
export async function postponeLookUp(
  database: Queryable,
  message: Pick<MessageInDoubt, 'month' | 'id'>,
  next: { readonly looks: number; readonly lookAtMs: number; readonly error?: string },
): Promise<void> {
  await database.query(
    `UPDATE message SET looks = $3, look_at = to_timestamp($4),
       error = CASE WHEN starts_with(error, $6) AND NOT starts_with($5, $6) THEN error ELSE coalesce($5, error) END
     WHERE month = $1 AND id = $2 AND state = 'unknown'`,
    [message.month, message.id, next.looks, next.lookAtMs / 1_000, next.error ?? null, REPEAT_REFUSED],
  );
}

/** Gives a message up: nobody can tell what became of it, an operator decides. @returns whether it was still in doubt */
export function markUnresolved(pool: Pool, message: MessageInDoubt): Promise<boolean> {
  return inTransaction(pool, async (connection) => {
    const { rowCount } = await connection.query(
      `UPDATE message SET state = 'unresolved', given_up_at = clock_timestamp(), ended_at = clock_timestamp(), look_at = NULL
       WHERE month = $1 AND id = $2 AND state = 'unknown'`,
      [message.month, message.id],
    );
    if (rowCount !== 1) return false;
    await markHints(connection, [hintKeyOf(message)]);
    return true;
  });
}

/** The hint that its cohort awaits. */
export function hintKeyOf({ month, cohortId, actionId, pass }: MessageInDoubt): HintedMessage {
  return { month, cohort_id: cohortId, action_id: actionId, pass };
}
