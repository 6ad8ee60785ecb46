import { z } from 'zod';
import { LIMIT_PRESETS } from '../../domain/media-limits.ts';
import { MEDIA_KINDS, MEDIA_TYPE_NAMES } from '../../domain/media-type.ts';
import { SENDER_KINDS } from '../../domain/sender-kind.ts';
import { MAX_BYTES, MAX_MEDIA_BYTES } from '../media/media-limits.ts';

const KB = 1_000;
const SMALLEST_KB = 10;

const MOST_BYTES = MEDIA_KINDS.map((kind) => `${kind} ${MAX_BYTES[kind]}`).join(', ');

const kilobytes = z
  .int()
  .min(SMALLEST_KB)
  .max(MAX_MEDIA_BYTES / KB);

const targetValue = z.union([z.enum(LIMIT_PRESETS), kilobytes.transform((kb) => kb * KB)]);
const target = targetValue.optional().meta({
  description:
    `How small an image or GIF is to become: a number of KB (1,000 bytes), ${SMALLEST_KB} to ${MAX_MEDIA_BYTES / KB}, or whose limits it ` +
    'is to keep. By default `safe` (500 KB, a GIF 300 KB), or less where a provider of the project takes less; 8 KB of what a ' +
    'message may have are left for its text.',
  example: 'safe',
});
const recompress = z
  .boolean()
  .default(true)
  .meta({ description: 'Whether an image or GIF that is too large is made smaller.' });

/** A file that is linked. */
export const linkBody = z
  .strictObject({
    url: z.string().max(2_000).meta({
      description:
        'Where the file is fetched from, once: by https, from a host on the internet, in 20 seconds.',
      example: 'https://cdn.example.com/summer-sale.jpg',
    }),
    target,
    recompress,
  })
  .meta({ id: 'MediaLink' });

/** What may come with a file. */
export const uploadFields = z.strictObject({
  target: z
    .string()
    .transform((text) => (/^\d+$/.test(text) ? Number(text) : text))
    .pipe(targetValue)
    .optional(),
  recompress: z
    .enum(['true', 'false'])
    .optional()
    .transform((text) => text !== 'false'),
});

/** The same, as a description. */
export const uploadForm = z
  .object({
    file: z.string().meta({
      format: 'binary',
      description: `The file: ${MEDIA_TYPE_NAMES.join(', ')}. Most bytes: ${MOST_BYTES}.`,
    }),
    target,
    recompress,
  })
  .meta({ id: 'MediaUpload' });

const pixels = z.int().nullable().meta({ description: 'Of images, as they are shown.' });
const bytes = z.int();
const hash = z.string().meta({ description: 'SHA-256 of its content, in hexadecimal.' });
const contentType = z.enum(MEDIA_TYPE_NAMES as readonly [string, ...string[]]);

const fit = z.object({
  preset: z
    .enum(LIMIT_PRESETS)
    .meta({ description: 'Whose limits: a provider’s, a carrier’s, or all carriers’.' }),
  senders: z.array(z.enum(SENDER_KINDS)).meta({ description: 'For which senders.' }),
  fits: z.boolean(),
  breaks: z.array(
    z.object({
      limit: z.enum(['message', 'text', ...MEDIA_KINDS]),
      max: bytes,
      actual: bytes,
    }),
  ),
});

const warning = z.object({
  code: z.enum(['fallback_text_required', 'over_safe_size', 'not_recompressed']),
  message: z.string(),
});

const view = {
  id: z.uuid(),
  hash,
  path: z.string().meta({ description: 'For `media` of a message node.' }),
  url: z.string().meta({ description: 'Where anybody may fetch it who knows its hash.' }),
  contentType: contentType.meta({ description: 'What its content says that it is.' }),
  bytes,
  width: pixels,
  height: pixels,
  frames: z.int().nullable().meta({ description: 'Pictures of an animation; 1 of a still image.' }),
  sourceId: z.uuid().nullable().meta({ description: 'What it was made smaller from.' }),
  createdAt: z.iso.datetime(),
  fits: z.array(fit).meta({ description: 'Whether a message with this file alone keeps each known limit.' }),
  warnings: z.array(warning),
};

export const mediaView = z.object(view).meta({ id: 'Media' });

const shape = z.object({ id: z.uuid(), hash, contentType, bytes, width: pixels, height: pixels });

export const addedMediaView = z
  .object({
    ...view,
    recompression: z
      .object({
        outcome: z.enum(['done', 'not_needed', 'not_possible', 'off']),
        target: bytes.nullable().meta({ description: 'Bytes that were aimed at.' }),
        before: shape,
        after: shape,
      })
      .meta({ description: 'What was made of the file that was sent. Both are kept.' }),
  })
  .meta({ id: 'AddedMedia' });
