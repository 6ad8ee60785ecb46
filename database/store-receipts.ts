import type { Receipt } from '../domain/receipt.ts';
import { providerText } from '../domain/provider-text.ts';
import { storableText } from '../domain/storable.ts';
import { monthOf } from '../domain/identity.ts';
import type { Queryable } from './pool.ts';

/** A receipt with the integration that it came through. */
export interface StoredReceipt {
  readonly integrationId: string;
  readonly receipt: Receipt;
}

/** Largest `int` of PostgreSQL. */
const MAX_INT = 2_147_483_647;

/**
 * Puts receipts into the inbox; one that is there already changes nothing.
 *
 * They are stored in the order of their keys: two processes that are told the same wait for each other instead of ending
 * in a deadlock. What PostgreSQL can't store of a receipt is replaced or left out: a provider's odd report costs no other
 * one. Numbers in its text are masked.
 * @returns how many were new
 */
export async function storeReceipts(
  database: Queryable,
  receipts: readonly StoredReceipt[],
): Promise<number> {
  if (receipts.length === 0) return 0;
  const column = <T>(read: (receipt: Receipt) => T): T[] => receipts.map(({ receipt }) => read(receipt));
  const { rowCount } = await database.query({
    name: 'store-receipts',
    text: `
      INSERT INTO receipt (month, integration_id, event_key, message_id, state, at, status_code, error, error_class,
                           channel, parts, provider_message_id)
      SELECT month, integration_id, event_key, message_id, state, to_timestamp(at), status_code, error, error_class,
             channel, parts, provider_message_id
      FROM unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::float8[], $7::text[], $8::text[],
                  $9::text[], $10::text[], $11::int[], $12::text[])
        AS t (month, integration_id, event_key, message_id, state, at, status_code, error, error_class,
              channel, parts, provider_message_id)
      ORDER BY month, integration_id, event_key
      ON CONFLICT DO NOTHING`,
    values: [
      column((receipt) => monthOf(receipt.at)),
      receipts.map(({ integrationId }) => integrationId),
      column((receipt) => storableText(receipt.key)),
      column((receipt) => storableText(receipt.messageId)),
      column((receipt) => receipt.state),
      column((receipt) => receipt.at / 1_000),
      column((receipt) => storableText(receipt.statusCode)),
      column((receipt) => providerText(receipt.error)),
      column((receipt) => receipt.errorClass),
      column((receipt) => receipt.channel),
      column(({ parts }) => (parts !== null && Math.abs(parts) <= MAX_INT ? parts : null)),
      column(({ providerMessageId: id }) => (id === null ? null : storableText(id))),
    ],
  });
  return rowCount ?? 0;
}
