import type { MediaType } from '../../domain/media-type.ts';
import { isTimeout } from './inspect-image.ts';
import { shrinkAnimation } from './shrink-animation.ts';
import { shrinkPicture } from './shrink-picture.ts';

export interface Recompressed {
  readonly content: Buffer;
  readonly contentType: MediaType;
}

/** How long all steps together may take. */
const PATIENCE_MS = 30_000;

/** Tries out smaller and smaller forms of an image, the best first. */
type Shrink = (content: Buffer, target: number) => AsyncGenerator<Recompressed>;

const SHRINKERS: Readonly<Partial<Record<MediaType, Shrink>>> = {
  'image/jpeg': shrinkPicture,
  'image/png': shrinkPicture,
  'image/gif': shrinkAnimation,
};

/** Whether files of a type can be made smaller. */
export function canRecompress(type: MediaType): boolean {
  return type in SHRINKERS;
}

/**
 * Makes an image smaller until it has at most `target` bytes.
 * @returns undefined when it can't be made so small, or not in time
 */
export async function recompress(
  content: Buffer,
  type: MediaType,
  target: number,
): Promise<Recompressed | undefined> {
  const until = performance.now() + PATIENCE_MS;
  const shrink = SHRINKERS[type];
  if (!shrink) return undefined;
  try {
    for await (const smaller of shrink(content, target)) {
      if (smaller.content.length <= target) return smaller;
      if (performance.now() > until) return undefined;
    }
  } catch (error) {
    if (!isTimeout(error)) throw error;
  }
  return undefined;
}
