import { createHmac } from 'node:crypto';
import type { AwaitedText } from '../../domain/awaited-text.ts';
import { keywordOf, type Keyword } from '../../domain/keyword.ts';
import { monthOf } from '../../domain/identity.ts';
import type { InboundMessage } from '../../domain/inbound-message.ts';
import { storableText } from '../../domain/storable.ts';
import { lockRecipients } from '../claim-messages.ts';
import { repeatedly } from '../customers/lock-numbers.ts';
import { phoneHash } from '../phone-hash.ts';
import type { Connection, Pool } from '../pool.ts';
import { ensureRecipient } from '../recipients.ts';
import { inTransaction } from '../transaction.ts';
import { carryOutKeyword } from './carry-out-keyword.ts';
import { senderNumber } from './sender-number.ts';

/** Longest id of a provider that is kept as a key; a longer one is hashed. */
const MAX_ID = 200;
/** For how long its text is fetched by whoever stores it, and by nobody else. */
const FIRST_TRY_MS = 10_000;

export interface StoredInbound {
  /** False where it had been stored before. */
  readonly isNew: boolean;
  readonly keyword: Keyword | null;
  /** What it says, where that is a file: the first try to fetch it is this caller's. */
  readonly awaited: AwaitedText | undefined;
}

/**
 * Stores an inbound message and carries out its keyword, all or nothing: after the commit of a STOP nothing is claimed any more.
 *
 * The number is locked first, as by every claim, erasure and import. A message that is there already changes nothing. One to which
 * the provider gives neither an id nor an instant is another one each time: a second STOP would be lost otherwise. A keyword in a text
 * that is still to be fetched is carried out by `settleText`.
 */
export function storeInbound(
  pool: Pool,
  phoneKey: string,
  integrationId: string,
  message: InboundMessage,
): Promise<StoredInbound> {
  return repeatedly(() =>
    inTransaction(pool, (connection) => storeOnce(connection, phoneKey, integrationId, message)),
  );
}

async function storeOnce(
  connection: Connection,
  phoneKey: string,
  integrationId: string,
  message: InboundMessage,
): Promise<StoredInbound> {
  const { e164, country, lineType } = senderNumber(message.from);
  const { projectId, key } = await readOwner(connection, integrationId);
  const hash = phoneHash(phoneKey, e164);
  const recipientId = await ensureRecipient(connection, { projectId, phoneHash: hash, country, lineType });
  await lockRecipients(connection, [recipientId]);
  const textUrl = message.text === null ? storable(message.textAt ?? null) : null;
  const keyword = textUrl === null ? keywordOf(message) : null;
  const row = {
    ...{ projectId, integrationId, recipientId, e164, keyword, textUrl },
    eventKey: eventKey(message, phoneKey),
  };
  const isNew = await insertInbound(connection, row, message);
  if (!isNew) return { isNew, keyword, awaited: undefined };
  await carryOutKeyword(connection, keyword, { projectId, recipientId, integrationKey: key }, message);
  return { isNew, keyword, awaited: awaitedOf(row, message) };
}

function awaitedOf(
  { integrationId, eventKey: key, textUrl }: InboundRow,
  { at }: InboundMessage,
): AwaitedText | undefined {
  if (textUrl === null) return undefined;
  return { month: monthOf(at), integrationId, eventKey: key, url: textUrl, attempts: 1 };
}

async function readOwner(
  connection: Connection,
  integrationId: string,
): Promise<{ projectId: string; key: string }> {
  const { rows } = await connection.query<{ projectId: string; key: string }>(
    'SELECT project_id AS "projectId", key FROM integration WHERE id = $1',
    [integrationId],
  );
  if (!rows[0]) throw new Error('An integration whose webhook was proven is there.');
  return rows[0];
}

/** Without an id of the provider's a keyed hash of all that it says: a plain one would tell the number to whoever tries them all. */
function eventKey(message: InboundMessage, phoneKey: string): string {
  const id = message.providerMessageId;
  if (id !== null && id.length <= MAX_ID) return storableText(id);
  return createHmac('sha256', phoneKey)
    .update(JSON.stringify(id ?? message))
    .digest('hex')
    .slice(0, 32);
}

interface InboundRow {
  readonly projectId: string;
  readonly integrationId: string;
  readonly recipientId: string;
  readonly e164: string;
  readonly keyword: Keyword | null;
  readonly eventKey: string;
  readonly textUrl: string | null;
}

/** @returns whether it was not there */
async function insertInbound(
  connection: Connection,
  { projectId, integrationId, recipientId, e164, keyword, eventKey: key, textUrl }: InboundRow,
  message: InboundMessage,
): Promise<boolean> {
  const { rowCount } = await connection.query(
    `INSERT INTO inbound_message (month, integration_id, event_key, project_id, recipient_id, customers,
       provider_message_id, channel, from_number, sender, subject, text, media, provider_keyword, keyword, at,
       text_url, text_state, text_attempts, text_due_at)
     VALUES ($1, $2, $3, $4, $5,
       ARRAY(SELECT id FROM customer WHERE recipient_id = $5 AND deleted_at IS NULL ORDER BY created_at, id),
       $6, $7, $8, $9, $10, $11, $12, $13, $14, to_timestamp($15),
       $16, $17, $18, clock_timestamp() + make_interval(secs => $19))
     ON CONFLICT DO NOTHING`,
    [
      monthOf(message.at),
      integrationId,
      key,
      projectId,
      recipientId,
      storable(message.providerMessageId),
      message.channel,
      storableText(e164),
      storableText(message.to),
      storable(message.subject),
      storable(message.text),
      message.media.map(storableText),
      storable(message.keyword),
      keyword,
      message.at / 1_000,
      ...(textUrl === null ? [null, null, 0, null] : [textUrl, 'awaited', 1, FIRST_TRY_MS / 1_000]),
    ],
  );
  return rowCount === 1;
}

function storable(text: string | null): string | null {
  return text === null ? null : storableText(text);
}
