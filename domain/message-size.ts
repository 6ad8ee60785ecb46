import type { MessageLimits } from './media-limits.ts';
import type { MediaKind } from './media-type.ts';

/** How large a message is. */
export interface MessageSize {
  readonly media: readonly { readonly kind: MediaKind; readonly bytes: number }[];
  /** Default: nothing is known of the text. */
  readonly text?: { readonly characters: number; readonly bytes: number };
}

/** A limit that a message breaks; of the text in characters, else in bytes. */
export interface BrokenLimit {
  readonly limit: 'message' | 'text' | MediaKind;
  readonly max: number;
  readonly actual: number;
}

/** Every limit that the whole message breaks; of files of one kind the largest is named. */
export function brokenLimits(size: MessageSize, limits: MessageLimits): readonly BrokenLimit[] {
  const total = size.media.reduce((sum, { bytes }) => sum + bytes, size.text?.bytes ?? 0);
  const kinds = [...new Set(size.media.map(({ kind }) => kind))];
  return [
    ...over('message', total, limits.message),
    ...kinds.flatMap((kind) => over(kind, largest(size, kind), limits.files?.[kind])),
    ...over('text', size.text?.characters ?? 0, limits.text),
  ];
}

function largest({ media }: MessageSize, wanted: MediaKind): number {
  return Math.max(...media.filter(({ kind }) => kind === wanted).map(({ bytes }) => bytes));
}

function over(limit: BrokenLimit['limit'], actual: number, max = Infinity): readonly BrokenLimit[] {
  return actual > max ? [{ limit, max, actual }] : [];
}

/** What a message's text may need of its limit. */
const TEXT_ROOM = 8_000;

/** Bytes that a file may have for a message with it alone and a text to keep the limits; undefined without a limit. */
export function largestFile(kind: MediaKind, limits: MessageLimits): number | undefined {
  const { message = Infinity, files } = limits;
  const bytes = Math.min(files?.[kind] ?? Infinity, message - TEXT_ROOM);
  return Number.isFinite(bytes) ? bytes : undefined;
}
