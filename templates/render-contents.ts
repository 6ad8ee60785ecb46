import type { Channel } from '../domain/channel.ts';
import type { JsonObject } from '../domain/json.ts';
import type { MediaReference, MessageContent } from '../domain/message-content.ts';
import { countSegments } from '../domain/segments.ts';
import { smartText } from '../domain/smart-text.ts';
import { storableText } from '../domain/storable.ts';
import { isConstant } from './constant-text.ts';
import type { RenderResult } from './protocol.ts';
import type { RenderPool } from './render-pool.ts';

/** What the contents of a message node's messages are made from. */
export interface ContentSource {
  readonly channel: Channel;
  /** Template sources by name: `text`, and `subject` and `fallback` where there are some. */
  readonly templates: Readonly<Record<string, string>>;
  readonly media: readonly MediaReference[];
  /** Whether a rendered text is made one of GSM-7 where no more than typography keeps it from that. */
  readonly smartEncoding: boolean;
  /** What templates can read beside `customer`. */
  readonly shared: JsonObject;
}

/** For whom contents are rendered. */
export interface ContentReaders {
  /** What each one's templates read as `customer`. */
  readonly customers: readonly JsonObject[];
  /** What they read as `message`, in the same order. Default: nothing. */
  readonly messages?: readonly JsonObject[];
}

/** What a provider takes of a text. */
export interface TextLimits {
  /** Longest text by channel, in UTF-16 units. */
  readonly maxText: Readonly<Record<Channel, number>>;
  /** Most segments of an SMS. */
  readonly maxSegments: number;
}

/** A message as it would leave, or why it may not. */
export type RenderedContent =
  | { readonly content: MessageContent }
  | { readonly refused: 'empty_message' | 'message_too_long'; readonly content: MessageContent }
  /** The error is the renderer's own word, for the author of the template. */
  | { readonly refused: 'template_error'; readonly error: string };

/**
 * Renders a message for each customer, in the same order.
 *
 * A template may have cut a character in two: what can't be stored is replaced.
 * @throws PermanentError `template_timeout`
 */
export async function renderContents(
  renderPool: RenderPool,
  source: ContentSource,
  readers: ContentReaders,
  limits: TextLimits,
): Promise<readonly RenderedContent[]> {
  const { templates, shared } = source;
  const results = await renderPool.render({ templates, shared, ...readers });
  return readers.customers.map((_customer, index) => contentOf(results[index], source, limits));
}

function contentOf(
  result: RenderResult | undefined,
  source: ContentSource,
  limits: TextLimits,
): RenderedContent {
  if (!result || 'error' in result)
    return { refused: 'template_error', error: result?.error ?? 'The template was not rendered.' };
  const plain = storableText(result.texts['text'] ?? '').trim();
  const text = source.smartEncoding ? smartText(plain).trim() : plain;
  const { subject, fallback } = result.texts;
  const content = {
    text,
    subject: subject === undefined ? null : storableText(subject).trim(),
    media: source.media,
    ...(fallback !== undefined && { fallbackText: storableText(fallback).trim() }),
    ...(isSameForAll(source) && { isSameForAll: true }),
  };
  if (text === '') return { refused: 'empty_message', content };
  if (isTooLong(text, source.channel, limits)) return { refused: 'message_too_long', content };
  return { content };
}

/** Asked of MMS alone: nobody keeps an SMS for others. */
function isSameForAll({ channel, templates }: ContentSource): boolean {
  return channel === 'mms' && isConstant(templates['text'] ?? '') && isConstant(templates['subject'] ?? '');
}

function isTooLong(text: string, channel: Channel, { maxText, maxSegments }: TextLimits): boolean {
  if (text.length > maxText[channel]) return true;
  return channel === 'sms' && countSegments(text).segments > maxSegments;
}
