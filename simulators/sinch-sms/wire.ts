import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Reply } from '../http.ts';
import type { AcceptedRow } from '../ledger.ts';
import type { ReportBehaviour } from '../handsets.ts';
import { operatorOf } from '../subscribers.ts';
import { SINCH_SMS_FATES } from './fates.ts';

const MAX_VALIDITY_MS = 3 * 86_400_000;
const MAX_TEXT = 1_600;

const number = z.string().regex(/^\+?\d{5,15}$/);

/** A batch of texts; longer or later than Sinch takes it is refused. */
export const batchRequestSchema = z.object({
  type: z.literal('mt_text').default('mt_text'),
  from: z.string().min(1).max(15),
  to: z.array(number).min(1).max(1_000),
  body: z.string().min(1).max(MAX_TEXT),
  delivery_report: z
    .enum(['none', 'summary', 'full', 'per_recipient', 'per_recipient_final'])
    .default('none'),
  callback_url: z.url().max(2_048).optional(),
  client_reference: z.string().max(128).optional(),
  send_at: z.iso.datetime({ offset: true }).optional(),
  expire_at: z.iso
    .datetime({ offset: true })
    .refine((at) => Date.parse(at) <= Date.now() + MAX_VALIDITY_MS, 'is later than three days from now')
    .refine((at) => Date.parse(at) > Date.now(), 'is in the past')
    .optional(),
  max_number_of_message_parts: z.int().min(1).optional(),
});
export type BatchRequest = z.infer<typeof batchRequestSchema>;

/** An answer that refuses a call. */
export function refusal(status: number, code: string, text: string): Reply {
  return { status, body: { code, text } };
}

/** The id of the batch that a message came in: 26 characters, always the same for a row. */
export function batchIdOf({ id, at }: Pick<AcceptedRow, 'id' | 'at'>): string {
  const bytes = createHash('sha256').update(`${id} ${at}`).digest();
  return `01${[...bytes.subarray(0, 24)].map((byte) => ALPHABET[byte % 32]).join('')}`;
}
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The report of one recipient, as posted and as read. */
export function reportBody(
  row: Pick<AcceptedRow, 'id' | 'at' | 'to'>,
  { fate }: ReportBehaviour,
  doneAt: number,
): object {
  const { status, code } = SINCH_SMS_FATES[fate];
  const operator = operatorOf(row.to);
  return {
    type: 'recipient_delivery_report_sms',
    batch_id: batchIdOf(row),
    recipient: row.to.replace(/^\+/, ''),
    code,
    status,
    at: new Date(doneAt).toISOString(),
    operator_status_at: new Date(Math.floor(doneAt / 1_000) * 1_000).toISOString(),
    client_reference: row.id,
    ...(operator !== undefined && { operator }),
  };
}

/** A batch as it is answered and listed. */
export function batchBody(row: Pick<AcceptedRow, 'id' | 'at' | 'to'>): object {
  const at = new Date(row.at).toISOString();
  return {
    id: batchIdOf(row),
    to: [row.to.replace(/^\+/, '')],
    canceled: false,
    type: 'mt_text',
    created_at: at,
    modified_at: at,
    client_reference: row.id,
  };
}
