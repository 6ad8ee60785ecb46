import type { MediaKind } from '../../domain/media-type.ts';

/**
 * Most bytes of a file that is sent, by its kind: the most that a provider takes, and of images, which are made smaller, what a good
 * camera makes.
 */
export const MAX_BYTES: Readonly<Record<MediaKind, number>> = {
  image: 25_000_000,
  gif: 25_000_000,
  video: 50_000_000,
  audio: 10_000_000,
  object: 2_048_000,
};
/** Most bytes of any file. */
export const MAX_MEDIA_BYTES = Math.max(...Object.values(MAX_BYTES));
/**
 * Most pixels of an image, of all pictures of an animation together: what a phone's camera makes fits, and decoded it needs at
 * most half a gigabyte.
 */
export const MAX_PIXELS = 64_000_000;
/** How long one step of work on an image may take. */
export const IMAGE_STEP_SECONDS = 15;
