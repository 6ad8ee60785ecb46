import type { Channel } from '../domain/channel.ts';
import { monthOfId } from '../domain/identity.ts';
import type { ErrorClass } from '../domain/outcome.ts';
import type { Receipt } from '../domain/receipt.ts';
import type { ReceiptState } from '../domain/states.ts';
import { DUE_BY } from './due-by.ts';
import type { Connection } from './pool.ts';
import { nameTracked } from './tracked-receipts.ts';
import { findIdProbes } from './write-id-probe.ts';

/** How long a receipt of an unknown message is tried again before it is left for an operator. */
const ORPHAN_HOURS = 72;

export interface InboxReceipt extends Receipt {
  readonly month: number;
  readonly integrationId: string;
  /** Partition of its message; 0 when its id is none of ours. */
  readonly messageMonth: number;
}

interface Row {
  month: number;
  integration_id: string;
  event_key: string;
  message_id: string;
  state: ReceiptState;
  at: Date;
  status_code: string;
  error: string;
  error_class: ErrorClass | null;
  channel: Channel;
  parts: number | null;
  provider_message_id: string | null;
}

/** Locks receipts that are due; others' locked ones are passed over. Ids that can't be ours are never due again. */
export async function takeReceipts(
  connection: Connection,
  { limit, messageIds }: { limit: number; messageIds?: readonly string[] },
): Promise<readonly InboxReceipt[]> {
  const { rows } = await connection.query<Row>({
    name: messageIds ? 'take-receipts-of' : 'take-receipts',
    text: `
      SELECT month, integration_id, event_key, message_id, state, at, status_code, error, error_class, channel, parts,
             provider_message_id
      FROM receipt
      WHERE ${messageIds ? 'message_id = ANY ($2::text[]) AND fold_at IS NOT NULL' : `fold_at <= ${DUE_BY}`}
      ORDER BY fold_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED`,
    values: messageIds ? [limit, messageIds] : [limit],
  });
  const unnamed = new Set(await nameTracked(connection, rows));
  if (unnamed.size > 0) await closeReceipts(connection, [...unnamed].map(inboxReceipt), new Set());
  const receipts = rows.filter((row) => !unnamed.has(row)).map(inboxReceipt);
  const foreign = receipts.filter((receipt) => receipt.messageMonth === 0);
  await settleForeign(connection, foreign);
  return receipts.filter((receipt) => receipt.messageMonth !== 0);
}

const IS_OLD = `received_at < clock_timestamp() - make_interval(hours => $5)`;

/** Marks the applied ones among receipts, and postpones the others: their message is not there (yet). */
export async function closeReceipts(
  connection: Connection,
  receipts: readonly InboxReceipt[],
  applied: ReadonlySet<InboxReceipt>,
): Promise<void> {
  await connection.query({
    name: 'close-receipts',
    text: `
      UPDATE receipt SET
        folded_at = CASE WHEN done.known THEN clock_timestamp() END,
        dead_reason = CASE WHEN NOT done.known AND ${IS_OLD} THEN 'no_message' END,
        fold_at = CASE
          WHEN done.known OR ${IS_OLD} THEN NULL
          ELSE clock_timestamp()
               + least(greatest(clock_timestamp() - received_at, interval '5 seconds'), interval '1 hour') END
      FROM unnest($1::int[], $2::uuid[], $3::text[], $4::boolean[]) AS done (month, integration_id, event_key, known)
      WHERE receipt.month = ANY ($6::int[]) AND receipt.integration_id = ANY ($7::uuid[])
        AND receipt.event_key = ANY ($3::text[])
        AND receipt.month = done.month AND receipt.integration_id = done.integration_id
        AND receipt.event_key = done.event_key`,
    values: [
      receipts.map((receipt) => receipt.month),
      receipts.map((receipt) => receipt.integrationId),
      receipts.map((receipt) => receipt.key),
      receipts.map((receipt) => applied.has(receipt)),
      ORPHAN_HOURS,
      [...new Set(receipts.map((receipt) => receipt.month))],
      [...new Set(receipts.map((receipt) => receipt.integrationId))],
    ],
  });
}

/** Reports of probes have said what they have to say by coming in; nothing else can be of ours. */
async function settleForeign(connection: Connection, receipts: readonly InboxReceipt[]): Promise<void> {
  const probes = await findIdProbes(connection, receipts);
  const known = receipts.filter(({ messageId }) => probes.has(messageId));
  if (known.length > 0) await closeReceipts(connection, known, new Set(known));
  await giveUp(
    connection,
    receipts.filter((receipt) => !known.includes(receipt)),
  );
}

async function giveUp(connection: Connection, receipts: readonly InboxReceipt[]): Promise<void> {
  if (receipts.length === 0) return;
  await connection.query(
    `UPDATE receipt SET fold_at = NULL, dead_reason = 'foreign_id'
     FROM unnest($1::int[], $2::uuid[], $3::text[]) AS done (month, integration_id, event_key)
     WHERE receipt.month = done.month AND receipt.integration_id = done.integration_id
       AND receipt.event_key = done.event_key`,
    [
      receipts.map((receipt) => receipt.month),
      receipts.map((receipt) => receipt.integrationId),
      receipts.map((receipt) => receipt.key),
    ],
  );
}

const MESSAGE_ID = /^20\d{2}(?:0[1-9]|1[0-2])[0-9a-f]{2}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;

function inboxReceipt(row: Row): InboxReceipt {
  return {
    month: row.month,
    integrationId: row.integration_id,
    key: row.event_key,
    messageId: row.message_id,
    messageMonth: MESSAGE_ID.test(row.message_id) ? monthOfId(row.message_id) : 0,
    state: row.state,
    at: row.at.getTime(),
    statusCode: row.status_code,
    error: row.error,
    errorClass: row.error_class,
    channel: row.channel,
    parts: row.parts,
    providerMessageId: row.provider_message_id,
  };
}
