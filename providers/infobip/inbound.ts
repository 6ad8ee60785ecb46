import { z } from 'zod';
import type { InboundMessage } from '../../domain/inbound-message.ts';
import { e164Of, fromField, givenText, senderOf, textField } from '../inbound-fields.ts';
import { instantField } from '../vendor-fields.ts';
import { vendorInstant } from '../vendor-instant.ts';

/** One result of Infobip's formats `MO_MMS_2` and `MO_JSON_2`, told apart by what only an MMS has. */
const inboundSchema = z.object({
  messageId: textField,
  from: fromField,
  to: textField,
  receivedAt: instantField,
  text: textField,
  keyword: textField,
  message: z.unknown().optional(),
  status: z.unknown().optional(),
});

/** A part of an MMS: a text, where its content is, or how the parts are to be shown (SMIL). */
const partSchema = z.object({ contentType: textField, value: textField, url: textField });
type Part = z.output<typeof partSchema>;

/** @returns undefined for what is no inbound message of either format */
export function inboundOf(result: unknown, receivedAt: number): InboundMessage | undefined {
  const { data } = inboundSchema.safeParse(result);
  // A delivery report, whose sender is one of ours.
  if (!data || (data.status && (data.text ?? data.message ?? null) === null)) return undefined;
  const { message, text, keyword } = data;
  const from = {
    providerMessageId: givenText(data.messageId),
    from: e164Of(data.from),
    to: senderOf(data.to),
    subject: null,
    at: vendorInstant(data.receivedAt, receivedAt),
  };
  if (message === undefined || message === null)
    return { ...from, channel: 'sms', text: givenText(text), keyword: givenText(keyword), media: [] };
  const parts = partsOf(message);
  return {
    ...from,
    channel: 'mms',
    text: givenText(parts.flatMap((part) => textOf(part) ?? []).join('\n')) ?? givenText(text),
    keyword: givenText(keyword),
    media: parts.flatMap((part) => mediumOf(part) ?? []),
  };
}

/** What of them can be read; a message that is a text is its only part. */
function partsOf(message: unknown): readonly Part[] {
  if (typeof message === 'string') return [{ value: message }];
  const entries: readonly unknown[] = Array.isArray(message) ? message : [message];
  return entries.flatMap((entry) => {
    const { data } = partSchema.safeParse(typeof entry === 'string' ? { value: entry } : entry);
    return data && typeOf(data) !== 'application/smil' ? [data] : [];
  });
}

/** Its media type without parameters; empty where it has none. */
function typeOf({ contentType }: Part): string {
  const type = (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  return type.includes('/') ? type : '';
}

function isText(part: Part): boolean {
  return ['', 'text/plain'].includes(typeOf(part));
}

function textOf(part: Part): string | null {
  return isText(part) ? givenText(part.value) : null;
}

/** Its address; content that comes in the message itself is kept as a data URL. */
function mediumOf(part: Part): string | null {
  const url = givenText(part.url);
  const value = givenText(part.value);
  if (url !== null || value === null || isText(part)) return url;
  return `data:${typeOf(part)};base64,${Buffer.from(value).toString('base64')}`;
}
