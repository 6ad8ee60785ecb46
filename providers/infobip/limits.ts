import type { Channel } from '../../domain/channel.ts';
import { INFOBIP_MMS_SUBJECT, INFOBIP_MMS_TEXT } from '../../domain/media-limits.ts';
import { SMS_LIMITS } from '../../domain/sms-limits.ts';
import type { VendorReason } from '../call-outcomes.ts';
import type { OutboundMessage } from '../provider.ts';

/**
 * Longest text by channel. MMS: status 77, SMS: status 25; the 25 parts that it names too have less than 4,000 bytes as they go over
 * the air.
 */
export const MAX_TEXT: Readonly<Record<Channel, number>> = {
  mms: INFOBIP_MMS_TEXT,
  sms: SMS_LIMITS.infobip.characters,
};
const MAX_ID = 200;

/**
 * Why Infobip would refuse the whole call for the sake of one message, in UTF-16 units; undefined where it would not.
 *
 * Whoever offers the message beside others refuses it instead, and the others leave. An id that is too long would not even be
 * refused: SMS version 2 clips it, and nothing would name the message any more.
 */
export function refusalOf({ id, channel, content }: OutboundMessage): VendorReason | undefined {
  const { text, subject, fallbackText = '' } = content;
  return (
    over('message_id_too_long', 'The id', id, MAX_ID) ??
    over('text_too_long', 'The text', text, MAX_TEXT[channel]) ??
    (channel === 'mms'
      ? (over('subject_too_long', 'The subject', subject ?? '', INFOBIP_MMS_SUBJECT) ??
        over('fallback_text_too_long', 'The text of the fallback', fallbackText, MAX_TEXT.sms))
      : undefined)
  );
}

function over(statusCode: string, what: string, text: string, max: number): VendorReason | undefined {
  if (text.length <= max) return undefined;
  return { statusCode, error: `${what} has ${text.length} characters; Infobip takes ${max}.` };
}
