import sharp, { type CreateRaw, type Sharp } from 'sharp';
import { IMAGE_STEP_SECONDS, MAX_PIXELS } from './media-limits.ts';

// What is not named here is not decoded, whatever a file claims to be.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['VipsForeignLoadJpeg', 'VipsForeignLoadPng', 'VipsForeignLoadNsgif'],
});
sharp.cache(false);
sharp.concurrency(1);

/** A step of work on an image: it is refused where it is broken or too large, and ends after a while. */
export function decode(content: Buffer, { animated = false } = {}): Sharp {
  return sharp(content, { animated, failOn: 'error', limitInputPixels: MAX_PIXELS }).timeout({
    seconds: IMAGE_STEP_SECONDS,
  });
}

/** The same for pixels that were decoded before. */
export function ofPixels(data: Buffer, raw: CreateRaw): Sharp {
  return sharp(data, { raw }).timeout({ seconds: IMAGE_STEP_SECONDS });
}

let last: Promise<unknown> = Promise.resolve();

/** Carries out work on images one after another, so that a process holds one of them in memory at a time. */
export function oneImageAtATime<T>(work: () => Promise<T>): Promise<T> {
  const result = last.then(work);
  last = result.catch(() => undefined);
  return result;
}
