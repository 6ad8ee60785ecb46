import { decode } from './image-work.ts';
import type { Recompressed } from './recompress.ts';

/** How much smaller each form is than what the sizes alone let expect. */
const FACTORS = [1, 0.8, 0.64, 0.5, 0.4, 0.3, 0.2] as const;
const SMALLEST_WIDTH = 40;

/**
 * An animation, or a GIF of one picture, in smaller and smaller forms. All its pictures and their times stay.
 *
 * Each form costs seconds, so that the first is guessed from the size: bytes shrink about as pixels do.
 */
export async function* shrinkAnimation(content: Buffer, target: number): AsyncGenerator<Recompressed> {
  const { width } = await decode(content, { animated: true }).metadata();
  const guess = Math.min(1, Math.sqrt(target / content.length) * 1.1);
  const widths = FACTORS.map((factor) => Math.round(width * guess * factor));
  for (const narrower of widths.filter((each) => each >= SMALLEST_WIDTH)) {
    const smaller = await decode(content, { animated: true })
      .resize({ width: narrower, withoutEnlargement: true })
      .gif({ colours: 128, effort: 3, dither: 0.5, interFrameMaxError: 8 })
      .toBuffer();
    yield { content: smaller, contentType: 'image/gif' };
  }
}
