import type { StoredMedia } from '../../database/media/stored-media.ts';
import { brokenLimits, type BrokenLimit } from '../../domain/message-size.ts';
import { LIMIT_SETS, limitSets, strictest } from '../../domain/media-limits.ts';
import { mediaPath } from '../../domain/media-path.ts';
import { kindOf } from '../../domain/media-type.ts';
import { SENDER_KINDS } from '../../domain/sender-kind.ts';
import { entityTag } from '../entity-tag.ts';
import type { AddedMedia } from './add-media.ts';

export interface MediaWarning {
  readonly code: 'fallback_text_required' | 'over_safe_size' | 'not_recompressed';
  readonly message: string;
}

/** Of a file, which never changes. */
export function mediaTag({ id, hash }: StoredMedia): string {
  return entityTag({ id, hash });
}

/** What is shown of a file: where it is, what it is, and whose limits a message with it alone would keep. */
export function mediaView(media: StoredMedia, publicUrl: string): object {
  const { id, hash, contentType, bytes, image, sourceId, createdAt } = media;
  const path = mediaPath(hash, contentType);
  return {
    ...{ id, hash, path, url: publicUrl + path, contentType, bytes },
    ...(image ?? { width: null, height: null, frames: null }),
    ...{ sourceId, createdAt, fits: fitsOf(media), warnings: warningsOf(media) },
  };
}

/** The same of a file that has just been sent, with what was made of it. */
export function addedView(added: AddedMedia, publicUrl: string): object {
  const { original, result, recompression, target } = added;
  const shape = ({ id, hash, contentType, bytes, image }: StoredMedia): object => ({
    ...{ id, hash, contentType, bytes },
    ...{ width: image?.width ?? null, height: image?.height ?? null },
  });
  const tooLarge = recompression === 'not_possible';
  return {
    ...mediaView(result, publicUrl),
    recompression: { outcome: recompression, target, before: shape(original), after: shape(result) },
    warnings: [...warningsOf(result), ...(tooLarge ? [notSmaller(result, target ?? 0)] : [])],
  };
}

function broken(
  { contentType, bytes }: StoredMedia,
  limits: Parameters<typeof brokenLimits>[1],
): readonly BrokenLimit[] {
  return brokenLimits({ media: [{ kind: kindOf(contentType), bytes }] }, limits);
}

function fitsOf(media: StoredMedia): readonly object[] {
  return LIMIT_SETS.map((set) => {
    const breaks = broken(media, set);
    return { preset: set.preset, senders: set.senders ?? SENDER_KINDS, fits: breaks.length === 0, breaks };
  });
}

function warningsOf(media: StoredMedia): readonly MediaWarning[] {
  const warnings: MediaWarning[] = [];
  if (kindOf(media.contentType) === 'object') {
    const message = `Not every phone shows ${media.contentType}: a message with it needs a text that says the same.`;
    warnings.push({ code: 'fallback_text_required', message });
  }
  const [unsafe] = broken(media, strictest(limitSets('safe')));
  if (unsafe) {
    const message = `The file has ${unsafe.actual} bytes; what every carrier takes is ${unsafe.max}.`;
    warnings.push({ code: 'over_safe_size', message });
  }
  return warnings;
}

function notSmaller({ contentType, bytes }: StoredMedia, target: number): MediaWarning {
  return {
    code: 'not_recompressed',
    message: `The file has ${bytes} bytes and could not be made smaller than ${target}: ${contentType} of this size is sent as it is. Make it smaller yourself.`,
  };
}
