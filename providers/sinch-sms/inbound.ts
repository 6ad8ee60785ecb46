import { z } from 'zod';
import type { InboundMessage } from '../../domain/inbound-message.ts';
import { e164Of, fromField, givenText, senderOf, textField } from '../inbound-fields.ts';
import { instantField, listField } from '../vendor-fields.ts';
import { vendorInstant } from '../vendor-instant.ts';

/** Inbound callbacks of Sinch's SMS API: the `type` says what the body is, but what the body is counts. */
const inboundSchema = z.object({
  type: textField,
  id: textField,
  from: fromField,
  to: textField,
  received_at: instantField,
  udh: textField,
  body: z.unknown().optional(),
});

/** The body of a message with media. Of a file that Sinch could not store there is no address. */
const mediaBodySchema = z.object({ subject: textField, message: textField, media: listField });
const mediumSchema = z.union([
  z.string(),
  z.object({ url: textField }).transform(({ url }) => givenText(url) ?? ''),
]);

type Content = Pick<InboundMessage, 'channel' | 'subject' | 'text' | 'media'>;

/** @returns undefined for what is no inbound message; one of a type that nobody knows is read as far as it can be */
export function inboundOf(body: unknown, receivedAt: number): InboundMessage | undefined {
  const { data } = inboundSchema.safeParse(body);
  if (!data) return undefined;
  return {
    ...contentOf(data.type?.toLowerCase() ?? '', data.body, givenText(data.udh)),
    providerMessageId: givenText(data.id),
    from: e164Of(data.from),
    to: senderOf(data.to),
    keyword: null,
    at: vendorInstant(data.received_at, receivedAt),
  };
}

function contentOf(type: string, body: unknown, header: string | null): Content {
  const media = mediaBodySchema.safeParse(body);
  if (media.success) {
    const { subject, message, media: files } = media.data;
    const urls = files.flatMap((file) => mediumSchema.safeParse(file).data || []);
    return { channel: 'mms', subject: givenText(subject), text: givenText(message), media: urls };
  }
  const text = textField.parse(body) ?? '';
  // A binary one has its body in base64, and a header where it is no text.
  if (type === 'mo_binary') return binaryContent(text, header);
  const channel = type === 'mo_media' ? 'mms' : 'sms';
  return { channel, subject: null, text: givenText(text), media: [] };
}

const PRINTABLE = /^[\x20-\x7E\s]+$/;

/** Some carriers hand a text on as bytes; whatever else it is, it is kept as a data URL. */
function binaryContent(base64: string, header: string | null): Content {
  const text = Buffer.from(base64, 'base64').toString('latin1');
  const isText = header === null && PRINTABLE.test(text);
  const media = isText || base64 === '' ? [] : [`data:application/octet-stream;base64,${base64}`];
  return { channel: 'sms', subject: null, text: isText ? givenText(text) : null, media };
}
