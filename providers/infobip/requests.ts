import type { Channel } from '../../domain/channel.ts';
import type { OutboundMessage } from '../provider.ts';

export const SUBMIT_PATH: Readonly<Record<Channel, string>> = {
  mms: '/mms/2/messages',
  sms: '/sms/3/messages',
};
export const LOGS_PATH: Readonly<Record<Channel, string>> = { mms: '/mms/2/logs', sms: '/sms/3/logs' };

/** Longest time for which Infobip tries to deliver, in all units: 48 hours. */
const MAX_VALIDITY_MS = 48 * 3_600_000;

/** The body of one call: every message of the same channel. */
export function submitBody(messages: readonly OutboundMessage[]): string {
  return JSON.stringify({
    messages: messages.map((message) => ({
      sender: message.sender,
      destinations: [{ to: message.to.replace(/^\+/, ''), messageId: message.id }],
      content: message.channel === 'mms' ? mmsContent(message) : { text: message.content.text },
      options: { validityPeriod: validityPeriod(message.validityMs), ...failoverOf(message) },
      webhooks: {
        delivery: { url: message.reportUrl, intermediateReport: false, notify: true },
        contentType: 'application/json',
      },
    })),
  });
}

function mmsContent({ content }: OutboundMessage): object {
  return {
    ...(content.subject === null || content.subject === '' ? {} : { title: content.subject }),
    messageSegments: [
      { type: 'TEXT', text: content.text },
      ...content.media.map((media, index) => ({
        type: 'LINK',
        contentType: media.contentType,
        contentUrl: media.url,
        contentId: `media${index + 1}`,
      })),
    ],
  };
}

/** An empty text is none: Infobip would refuse the whole call. When it fires is not documented: where the author wants the provider's fallback, the engine has none of its own. */
function failoverOf({ sender, content, validityMs }: OutboundMessage): object {
  const { fallbackText: text = '' } = content;
  return text.trim() === ''
    ? {}
    : { smsFailover: { sender, text, validityPeriod: validityPeriod(validityMs) } };
}

function validityPeriod(validityMs: number): object {
  const seconds = Math.max(1, Math.ceil(Math.min(validityMs, MAX_VALIDITY_MS) / 1_000));
  return seconds < 3_600
    ? { amount: seconds, timeUnit: 'SECONDS' }
    : { amount: Math.ceil(seconds / 60), timeUnit: 'MINUTES' };
}
