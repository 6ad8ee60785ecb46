import { z } from 'zod';
import { mediaTypeOf } from '../../../domain/media-type.ts';
import { defineNodeType } from '../../define.ts';
import {
  MESSAGE_NODE,
  messageFields,
  messageReferences,
  messageWalkConfig,
  templateSchema,
} from '../../shared/message-config.ts';

const mediaSchema = z
  .strictObject({
    url: z
      .string()
      .max(2_000)
      .refine(isMediaAddress, {
        message:
          'Write an http or https address, or the path of a file that this installation serves (/media/…).',
      })
      .meta({
        description: 'Where the provider fetches the file; a path below /media/ means this installation.',
      }),
    contentType: z
      .string()
      .regex(/^[a-z]+\/[a-z0-9.+-]+$/, 'Write a media type such as image/jpeg.')
      .optional()
      .meta({ description: 'Guessed from the ending of the address by default.' }),
  })
  .refine((media) => media.contentType !== undefined || mediaTypeOf(media.url) !== undefined, {
    path: ['contentType'],
    message: 'The ending of the address does not tell what the file is: give its contentType.',
  });

type Media = z.output<typeof mediaSchema>;

function isMediaAddress(text: string): boolean {
  return /^\/media\/[\w.-]+$/.test(text) || (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol));
}

function frozenMedia({ url, contentType }: Media, publicUrl: string): { url: string; contentType: string } {
  return {
    url: url.startsWith('/') ? publicUrl + url : url,
    contentType: contentType ?? mediaTypeOf(url) ?? 'application/octet-stream',
  };
}

export const mmsNode = defineNodeType({
  ...MESSAGE_NODE,
  type: 'mms',
  description: 'Sends a multimedia message and follows it to its recorded end.',
  config: z.strictObject({
    ...messageFields,
    subject: templateSchema.optional(),
    media: z.array(mediaSchema).max(10).default([]),
  }),
  walkConfig: messageWalkConfig,
  references: messageReferences('mms'),
  freeze: (config, { publicUrl }) => ({
    ...config,
    media: config.media.map((media) => frozenMedia(media, publicUrl)),
  }),
  templates: (config): Record<string, string> => ({
    '/text': config.text,
    ...(config.subject === undefined ? {} : { '/subject': config.subject }),
  }),
});
