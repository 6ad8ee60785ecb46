import { RECEIPT_ID } from '../../database/replay-receipts.ts';
import type { Queryable } from '../../database/pool.ts';
import type { Channel } from '../../domain/channel.ts';
import type { DeadReason, UnmatchedState } from '../../domain/dead-letter.ts';
import { maskNumbers } from '../../domain/mask-numbers.ts';
import type { ReceiptState } from '../../domain/states.ts';
import type { PageQuery } from '../paging.ts';

/** A receipt without a message, as the API shows it: never a number. */
export interface UnmatchedReceipt {
  readonly id: string;
  readonly state: UnmatchedState;
  /** Null of an orphan. */
  readonly reason: DeadReason | null;
  readonly integration: string;
  readonly messageId: string;
  readonly reports: ReceiptState;
  readonly at: Date;
  readonly channel: Channel;
  readonly statusCode: string;
  readonly error: string;
  readonly receivedAt: Date;
  readonly nextTryAt: Date | null;
  /** The last time that an operator had it tried again. */
  readonly replay: { readonly at: string; readonly actor: string; readonly reason: string } | null;
}

const WHERE: Readonly<Record<UnmatchedState, string>> = {
  'dead-letter': 'dead_reason IS NOT NULL',
  // What has just come in is no orphan before it has been looked at.
  orphan: 'fold_at IS NOT NULL AND fold_at > received_at',
};

/** A page of a project's receipts without a message, the last received first, and one more if there is one. */
export async function listUnmatchedReceipts(
  database: Queryable,
  projectId: string,
  { state, limit, cursor }: PageQuery & { readonly state: UnmatchedState },
): Promise<readonly UnmatchedReceipt[]> {
  const { rows } = await database.query<Omit<UnmatchedReceipt, 'state'>>(
    `SELECT ${RECEIPT_ID} AS id, dead_reason AS reason, integration.key AS integration, message_id AS "messageId",
            receipt.state AS reports, at, channel, status_code AS "statusCode", error, received_at AS "receivedAt",
            fold_at AS "nextTryAt",
            CASE WHEN replay.id IS NOT NULL THEN jsonb_build_object(
              'at', replay.replayed_at, 'actor', replay.actor, 'reason', replay.reason) END AS replay
     FROM receipt JOIN integration ON integration.id = receipt.integration_id
     LEFT JOIN receipt_replay AS replay ON replay.id = receipt.replay_id
     WHERE integration.project_id = $1 AND ${WHERE[state]}
       AND ($2::timestamptz IS NULL OR (received_at, ${RECEIPT_ID}) < ($2, $3::uuid))
     ORDER BY received_at DESC, 1 DESC LIMIT $4`,
    [projectId, cursor?.at ?? null, cursor?.id ?? null, limit + 1],
  );
  return rows.map((row) => ({
    ...row,
    state,
    messageId: maskNumbers(row.messageId),
    statusCode: maskNumbers(row.statusCode),
    error: maskNumbers(row.error),
  }));
}
