import { createHash } from 'node:crypto';
import type { MessageContent } from '../../domain/message-content.ts';
import type { OutboundMessage } from '../provider.ts';
import { slidesOf } from './slides.ts';

/**
 * How messages leave whose subject or text is not the same for all.
 *
 * - `custom-text`: the media are saved once, each call brings `custom-subject` and `custom-text`, which the account must honour
 * - `whole`: each call brings everything with it
 */
export const PERSONAL_TEXTS = ['custom-text', 'whole'] as const;
export type PersonalTexts = (typeof PERSONAL_TEXTS)[number];

/** How a message with a content leaves: with a call for itself alone, or as something that was saved, its texts or only its media. */
export type Way = 'whole' | 'saved' | 'saved_media';

/** Longest time for which Sinch may try to deliver, which is its default as well. */
const MAX_VALIDITY_MS = 3 * 86_400_000;
/** Shortest time that is said, and how far Sinch's clock may be from ours. */
const LEEWAY_MS = 60_000;
/** The texts of saved media, in the place of which an account shows those of each message. */
const PLACEHOLDER = '-';
/** Characters of the name that a saved MMS must have; nobody but Sinch's own pages shows it. */
const NAME_LENGTH = 32;
/** The longest subject that Sinch advises, and what stands for the subject of pictures without a word. */
const ADVISED_SUBJECT = 40;
const NO_WORDS = 'MMS';

export function wayOf({ isSameForAll }: MessageContent, personalTexts: PersonalTexts): Way {
  if (isSameForAll) return 'saved';
  return personalTexts === 'whole' ? 'whole' : 'saved_media';
}

/** What an account keeps of a content: all who get the same share one hash. */
export function contentHash(content: MessageContent, way: Way, account = ''): string {
  const parts = content.media.map(({ url, contentType }) => [url, contentType]);
  const kept = { account, parts, ...textsSaved(content, way) };
  return createHash('sha256').update(JSON.stringify(kept)).digest('hex');
}

/** The call that saves a content once. Whether an SMS stands in for it is said by each message. */
export function saveBody(content: MessageContent, way: Way, serviceId: string): string {
  const { subject, text } = textsSaved(content, way);
  return JSON.stringify({
    action: 'savemms',
    'service-id': serviceId,
    name: contentHash(content, way).slice(0, NAME_LENGTH),
    'message-subject': subject,
    'disable-fallback-sms': true,
    slide: slidesOf(content.media, text),
  });
}

/** The call that sends what was saved, with what is the message's own. @param now instant from which its validity counts */
export function sendSavedBody(
  message: OutboundMessage,
  { way, reference }: { readonly way: Way; readonly reference: string },
  serviceId: string,
  now: number,
): string {
  const subject = subjectOf(message.content);
  const own = {
    'message-subject': subject,
    'custom-subject': subject,
    'custom-text': [{ slide: 1, value: message.content.text }],
  };
  return JSON.stringify({
    action: 'sendsavedmms',
    'mms-id': reference,
    ...(way === 'saved_media' && own),
    ...addressOf(message, serviceId, now),
  });
}

/** The call that sends a content as a whole; Sinch may keep the media for the calls behind it. @param now as above */
export function sendBody(message: OutboundMessage, serviceId: string, now: number): string {
  const { text, media } = message.content;
  return JSON.stringify({
    action: 'sendmms',
    'message-subject': subjectOf(message.content),
    'cache-content': true,
    slide: slidesOf(media, text),
    ...addressOf(message, serviceId, now),
  });
}

function textsSaved(content: MessageContent, way: Way): { readonly subject: string; readonly text: string } {
  if (way !== 'saved_media') return { subject: subjectOf(content), text: content.text };
  return { subject: PLACEHOLDER, text: PLACEHOLDER };
}

/** Sinch's older documents refuse an MMS without a subject: the beginning of the text stands in for one that is missing. */
function subjectOf({ subject, text }: MessageContent): string {
  const own = (subject ?? '').trim();
  if (own !== '') return own;
  const [line = ''] = text.trim().split('\n', 1);
  return beginningOf(line.trim()) || NO_WORDS;
}

/** As many whole words as there is room for; the beginning of the first where that alone is too long. */
function beginningOf(line: string): string {
  if (line.length <= ADVISED_SUBJECT) return line;
  const words = line.slice(0, ADVISED_SUBJECT + 1).replace(/\s+\S*$/, '');
  // Half of an emoji is nothing that could be sent.
  return words.length <= ADVISED_SUBJECT
    ? words
    : line.slice(0, ADVISED_SUBJECT).replace(/[\uD800-\uDBFF]$/, '');
}

function addressOf(message: OutboundMessage, serviceId: string, now: number): object {
  const { to, sender, content, validityMs, id } = message;
  return {
    'service-id': serviceId,
    to: digitsOf(to),
    from: digitsOf(sender),
    ...fallbackOf(content.fallbackText),
    ...expiryOf(validityMs, now),
    'client-reference': id,
  };
}

/** The SMS that Sinch sends where the MMS can't be taken, without a link of its own; none where it must not, or would say nothing. */
function fallbackOf(text = ''): object {
  return text.trim() === ''
    ? { 'disable-fallback-sms': true }
    : { 'fallback-sms-text': text, 'disable-fallback-sms': false, 'disable-fallback-sms-link': true };
}

/** Until when Sinch may try, in whole seconds as in its examples; nothing where its longest time is meant. */
function expiryOf(validityMs: number, now: number): object {
  if (validityMs > MAX_VALIDITY_MS - LEEWAY_MS) return {};
  const at = Math.ceil((now + Math.max(validityMs, LEEWAY_MS)) / 1_000) * 1_000;
  return { 'mms-expiry-timestamp': `${new Date(at).toISOString().slice(0, 19)}Z` };
}

function digitsOf(e164: string): string {
  return e164.replace(/^\+/, '');
}
