import { markHints, type HintedMessage } from './hints.ts';
import { lockMessages } from './lock-order.ts';
import type { Connection, Queryable } from './pool.ts';
import type { LedgerScope } from './read-ledger.ts';

/** Ends messages that wait in the ledger and that the gate does not let go any more; others stay as they are. */
export async function cancelQueued(
  database: Queryable,
  scope: LedgerScope,
  members: readonly { readonly memberIndex: number; readonly reason: string }[],
): Promise<void> {
  if (members.length === 0) return;
  await database.query({
    name: 'cancel-queued',
    text: `
      WITH waiting AS (
        ${lockMessages({
          columns: 'id, reason',
          join: 'JOIN unnest($5::int[], $6::text[]) AS refused (member_index, reason) USING (member_index)',
          where: `month = $1 AND cohort_id = $2 AND action_id = $3 AND pass = $4 AND leg = $7 AND state = 'queued'`,
        })})
      UPDATE message SET state = 'cancelled', error = waiting.reason, ended_at = clock_timestamp(), look_at = NULL,
        retry_at = NULL
      FROM waiting WHERE message.month = $1 AND message.id = waiting.id`,
    values: [
      scope.month,
      scope.cohortId,
      scope.actionId,
      scope.pass,
      members.map(({ memberIndex }) => memberIndex),
      members.map(({ reason }) => reason),
      scope.leg,
    ],
  });
}

/** Ends the marketing messages that wait for a number which has opted out; its recipient is locked. */
export async function cancelQueuedOfRecipient(connection: Connection, recipientId: string): Promise<void> {
  const where = `recipient_id = $1 AND state = 'queued' AND consent_class = 'marketing'`;
  const { rows } = await connection.query<HintedMessage>({
    name: 'cancel-queued-of-recipient',
    text: `
      WITH waiting AS (${lockMessages({ where })})
      UPDATE message SET state = 'cancelled', error = 'opted_out', ended_at = clock_timestamp(), look_at = NULL,
        retry_at = NULL
      FROM waiting WHERE message.month = waiting.month AND message.id = waiting.id
      RETURNING message.month, message.cohort_id, message.action_id, message.pass`,
    values: [recipientId],
  });
  await markHints(connection, rows);
}
