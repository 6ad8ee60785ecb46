import sharp from 'sharp';
import type { ImageFacts } from '../../database/media/stored-media.ts';
import type { MediaType } from '../../domain/media-type.ts';
import { ApiProblem } from '../problem.ts';
import { decode } from './image-work.ts';
import { MAX_PIXELS } from './media-limits.ts';

/** What libvips calls them. */
const FORMATS: Readonly<Record<ImageType, string>> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/gif': 'gif',
};

export type ImageType = 'image/jpeg' | 'image/png' | 'image/gif';

export function isImage(type: MediaType): type is ImageType {
  return type in FORMATS;
}

/**
 * How an image is shown, once all of it has been decoded.
 * @throws ApiProblem `broken_media`, `image_too_large`
 */
export async function inspectImage(content: Buffer, type: ImageType): Promise<ImageFacts> {
  const format = FORMATS[type];
  const facts = await readHeader(content, format);
  const { width, height, frames } = facts;
  if (width * height * frames > MAX_PIXELS) {
    throw new ApiProblem(
      'image_too_large',
      `The image has ${width} × ${height} pixels${frames > 1 ? ` in ${frames} pictures` : ''}; ` +
        `at most ${MAX_PIXELS} are looked at. Make it smaller.`,
    );
  }
  try {
    await decode(content, { animated: frames > 1 })
      .resize(8, 8, { fit: 'fill' })
      .raw()
      .toBuffer();
  } catch (error) {
    throw isTimeout(error) ? tooSlow() : broken(error);
  }
  return facts;
}

/** Reads no pixels, so that an image of any size may be asked. */
async function readHeader(content: Buffer, format: string): Promise<ImageFacts> {
  const image = sharp(content, { animated: format === 'gif', limitInputPixels: false });
  const header = await image.metadata().catch((error: unknown) => {
    throw broken(error);
  });
  if (header.format !== format) throw broken(new Error(`it is ${header.format}`));
  const { width, height } = header.autoOrient;
  return { width, height: header.pageHeight ?? height, frames: header.pages ?? 1 };
}

/** Whether a step of work was given up because it took too long. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('timeout');
}

function tooSlow(): ApiProblem {
  return new ApiProblem('image_too_large', 'It takes too long to decode the image. Make it smaller.');
}

function broken(cause: unknown): ApiProblem {
  const problem = new ApiProblem(
    'broken_media',
    'The image can’t be decoded: it is cut off or damaged. Save it anew and send it again.',
  );
  problem.cause = cause;
  return problem;
}
