import type { StoredMedia } from '../../database/media/stored-media.ts';
import { limitSets, UNSAVED_AT_SINCH, type LimitSet, type MediaLimits } from '../../domain/media-limits.ts';
import { contradicts, kindOf } from '../../domain/media-type.ts';
import { brokenLimits, type BrokenLimit, type MessageSize } from '../../domain/message-size.ts';
import { senderKindOf } from '../../domain/sender-kind.ts';
import type { Problem } from '../../domain/validation/problem.ts';
import type { NodeReferences } from '../../nodes/define.ts';
import { checkParts } from './check-parts.ts';
import type { SenderResource } from './check-scenario.ts';
import { documentProblems } from './documents.ts';
import { fileAt, type NamedMedia } from './named-media.ts';

/** What a message with media says and through whom it goes. */
export interface MediaMessage {
  /** Of the node's configuration. */
  readonly pointer: string;
  readonly references: NodeReferences;
  /** What its text says to everybody. */
  readonly text: string;
  /** The same of its subject. */
  readonly subject: string;
  /** Whether not everybody gets the same text and subject. */
  readonly isPersonal: boolean;
  /** Sizes of its contact cards. */
  readonly cardBytes: readonly number[];
  readonly sender: Pick<SenderResource, 'value' | 'mmsProvider' | 'mmsSavesMedia'> | undefined;
}

interface NamedFile {
  readonly pointer: string;
  readonly file: StoredMedia;
}

/**
 * What keeps a message's media from being sent: files that the project does not have or that are called what they are not, limits
 * that the whole message breaks, and no text for phones that show no documents.
 *
 * Of files that somebody else serves no size is known; they count as nothing.
 */
export function checkMedia(message: MediaMessage, named: NamedMedia): readonly Problem[] {
  const media = message.references.media ?? [];
  const problems: Problem[] = [];
  const files: NamedFile[] = [];
  for (const [position, { url, contentType }] of media.entries()) {
    const pointer = `${message.pointer}/media/${position}`;
    const file = fileAt(url, named);
    if (file === undefined) continue;
    if (file === 'unknown') {
      problems.push(unknownMedia(pointer));
      continue;
    }
    files.push({ pointer, file });
    if (contradicts(contentType, file.contentType)) problems.push(mismatch(pointer, file));
  }
  return [
    ...problems,
    ...limitProblems(message, files),
    ...checkParts(message, setsOf(message)),
    ...documentProblems(message.pointer, message.references),
  ];
}

function unknownMedia(pointer: string): Problem {
  return {
    pointer: `${pointer}/url`,
    code: 'unknown_media',
    message: 'The project has no file with this address. POST /v1/media stores one and says its address.',
  };
}

function mismatch(pointer: string, { contentType }: StoredMedia): Problem {
  return {
    pointer: `${pointer}/contentType`,
    code: 'media_type_mismatch',
    message: `The file is ${contentType}. Leave contentType out, or write what it is.`,
  };
}

function limitProblems(message: MediaMessage, files: readonly NamedFile[]): readonly Problem[] {
  const { text, cardBytes, references } = message;
  const sets = setsOf(message);
  const cards = cardBytes.map((bytes) => ({ kind: 'object' as const, bytes }));
  const whole: MessageSize = {
    media: [...files.map(({ file }) => sizeOf(file)), ...cards],
    text: { characters: text.length, bytes: Buffer.byteLength(text, 'utf8') },
  };
  const isAnything = references.media?.length || cards.length;
  return [
    ...files.flatMap(({ pointer, file }) =>
      lowest(sets, { media: [sizeOf(file)] })
        .filter(({ limit }) => limit !== 'message')
        .map((broken) => tooLarge(pointer, 'media_too_large', `The file has ${broken.actual} bytes`, broken)),
    ),
    ...lowest(sets, whole).flatMap((broken) => {
      if (broken.limit === 'text') return [textTooLong(message, broken)];
      if (broken.limit !== 'message' || !isAnything) return [];
      const sentence = `The message has ${broken.actual} bytes, with its text and its contact cards`;
      return [tooLarge(`${message.pointer}/media`, 'message_too_large', sentence, broken)];
    }),
  ];
}

/** Those of the provider, for the kind of sender, and those that the author has chosen. */
function setsOf({ references, sender, isPersonal }: MediaMessage): readonly LimitSet[] {
  const kind = sender && senderKindOf(sender.value);
  const chosen: MediaLimits = references.mediaLimits ?? 'provider';
  const isUnsaved = sender?.mmsProvider === 'sinch-mms' && isPersonal && !sender.mmsSavesMedia;
  return [
    ...(isUnsaved ? [UNSAVED_AT_SINCH] : []),
    ...(sender?.mmsProvider ? limitSets(sender.mmsProvider, kind) : []),
    ...(chosen === 'provider' ? [] : limitSets(chosen, kind)),
  ];
}

type Broken = BrokenLimit & Pick<LimitSet, 'preset'>;

/** Of every limit that is broken the lowest, with whose it is. */
function lowest(sets: readonly LimitSet[], size: MessageSize): readonly Broken[] {
  const found = new Map<string, Broken>();
  for (const set of sets) {
    for (const broken of brokenLimits(size, set)) {
      if (broken.max < (found.get(broken.limit)?.max ?? Infinity))
        found.set(broken.limit, { ...broken, preset: set.preset });
    }
  }
  return [...found.values()];
}

function sizeOf({ contentType, bytes }: StoredMedia): MessageSize['media'][number] {
  return { kind: kindOf(contentType), bytes };
}

type TooLargeCode = 'media_too_large' | 'message_too_large';

function tooLarge(pointer: string, code: TooLargeCode, sentence: string, { max, preset }: Broken): Problem {
  const advice =
    'Send smaller media, which POST /v1/media makes of images, or see mediaLimits and the sender.';
  return { pointer, code, message: `${sentence}; "${preset}" allows ${max}. ${advice}` };
}

function textTooLong({ pointer }: MediaMessage, { actual, max, preset }: Broken): Problem {
  return {
    pointer: `${pointer}/text`,
    code: 'text_too_long',
    message: `The text has ${actual} characters before anything of the customer's is filled in; "${preset}" allows ${max}. Make it shorter.`,
  };
}
