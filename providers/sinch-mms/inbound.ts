import { z } from 'zod';
import type { InboundMessage } from '../../domain/inbound-message.ts';
import { e164Of, fromField, senderOf } from '../inbound-fields.ts';
import { vendorInstant } from '../vendor-instant.ts';
import { optionalInstant, optionalText } from './wire.ts';

const INBOUND_CODE = 'N401';

const fileSchema = z.object({ file: optionalText });

/** An inbound postback; its text is one of the files. */
const inboundSchema = z.object({
  'tracking-id': optionalText,
  from: fromField,
  to: optionalText,
  keyword: optionalText,
  timestamp: optionalInstant,
  'message-subject': optionalText,
  /** A list of files, or a single one. */
  content: z.unknown().optional().transform(filesOf),
});

function filesOf(content: unknown): readonly string[] {
  const files: readonly unknown[] = Array.isArray(content) ? content : [content];
  return files.flatMap((file) => fileSchema.safeParse(file).data?.file ?? []);
}

/** Whether a postback tells of an inbound message rather than of one of ours. */
export function isInbound({
  code,
  origin,
}: {
  readonly code: string;
  readonly origin?: string | null | undefined;
}): boolean {
  return code === INBOUND_CODE || origin?.toUpperCase() === 'MMS_MO';
}

/** @returns undefined for what can't be read as one */
export function inboundOf(body: unknown, receivedAt: number): InboundMessage | undefined {
  const { data } = inboundSchema.safeParse(body);
  if (!data) return undefined;
  const { keyword = null, content: media } = data;
  return {
    providerMessageId: data['tracking-id'] ?? null,
    channel: 'mms',
    from: e164Of(data.from),
    to: senderOf(data.to),
    subject: data['message-subject'] ?? null,
    text: null,
    media,
    keyword,
    at: vendorInstant(data.timestamp, receivedAt),
    ...(keyword === null && { textAt: media.find(isText) ?? null }),
  };
}

/** Whether an address is that of a text: Sinch says nothing of what a file is but by its ending. */
function isText(address: string): boolean {
  return URL.canParse(address) && /\.txt$/i.test(new URL(address).pathname);
}
