import type { Channels, Sharp } from 'sharp';
import { decode, ofPixels } from './image-work.ts';
import type { Recompressed } from './recompress.ts';

/** Longest edges in pixels. No phone shows more than the first, so that nothing larger is kept. */
const EDGES = [2_048, 1_600, 1_280, 1_024, 800, 640, 480, 320, 240, 160] as const;
const QUALITIES = [82, 68, 54] as const;

interface Pixels {
  readonly data: Buffer;
  readonly raw: { readonly width: number; readonly height: number; readonly channels: Channels };
}

/** How many times smaller than the best quality the worst one may be: what is further off needs less pixels. */
const GAIN = 3;

/**
 * A still picture in smaller and smaller forms: first of less quality, then of less pixels; forms that can't be small enough
 * are left out.
 *
 * Pictures become JPEG, but for those that one can see through, which stay PNG. They are turned as they are shown, and nothing of
 * what a camera has noted in them is kept, such as the place.
 */
export async function* shrinkPicture(content: Buffer, target: number): AsyncGenerator<Recompressed> {
  const pixels = await decodeOnce(content);
  const seeThrough = await isSeeThrough(pixels);
  const form = seeThrough ? png : jpeg;
  const longest = Math.max(pixels.raw.width, pixels.raw.height);
  // A palette takes seconds to find, so that PNG does not begin where it is hopeless.
  let bytesPerArea = seeThrough ? content.length / longest ** 2 / GAIN : 0;
  for (const edge of [longest, ...EDGES.filter((each) => each < longest)]) {
    if (bytesPerArea * edge ** 2 > target * GAIN) continue;
    for (const quality of QUALITIES) {
      const picture = ofPixels(pixels.data, pixels.raw).resize(edge, edge, INSIDE);
      const smaller = await form(picture, quality);
      yield smaller;
      if (quality === QUALITIES[0]) bytesPerArea = smaller.content.length / edge ** 2;
      if (bytesPerArea * edge ** 2 > target * GAIN) break;
    }
  }
}

const INSIDE = { fit: 'inside', withoutEnlargement: true } as const;

async function jpeg(picture: Sharp, quality: number): Promise<Recompressed> {
  const content = await picture.flatten({ background: 'white' }).jpeg({ quality, mozjpeg: true }).toBuffer();
  return { content, contentType: 'image/jpeg' };
}

async function png(picture: Sharp, quality: number): Promise<Recompressed> {
  return { content: await picture.png({ palette: true, quality }).toBuffer(), contentType: 'image/png' };
}

async function decodeOnce(content: Buffer): Promise<Pixels> {
  const { data, info } = await decode(content)
    .autoOrient()
    .resize(EDGES[0], EDGES[0], INSIDE)
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return { data, raw: { width: info.width, height: info.height, channels: info.channels } };
}

async function isSeeThrough({ data, raw }: Pixels): Promise<boolean> {
  if (raw.channels % 2 === 1) return false;
  return !(await ofPixels(data, raw).stats()).isOpaque;
}
