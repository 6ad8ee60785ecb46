import { z } from 'zod';
import { VCARD_TYPE } from '../../../domain/contact-card.ts';
import { FALLBACK_WAYS } from '../../../domain/fallback.ts';
import { DEFAULT_MEDIA_LIMITS, MEDIA_LIMITS } from '../../../domain/media-limits.ts';
import { mediaTypeOf } from '../../../domain/media-type.ts';
import { defineNodeType } from '../../define.ts';
import {
  MESSAGE_NODE,
  keySchema,
  messageFields,
  messageReferences,
  messageWalkConfig,
  templateSchema,
} from '../../shared/message-config.ts';

/** Most media of a message. */
const MAX_MEDIA = 10;
const FALLBACK_TEXT = '/fallback/text';

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

const fallbackSchema = z
  .strictObject({
    by: z.enum(FALLBACK_WAYS).default('engine').meta({
      description:
        'Who sends it: the engine, or the provider where the sender is a US short code (else the engine). `off`: nobody.',
    }),
    text: templateSchema.optional().meta({
      description:
        'A nunjucks template over customer, scenario, action, project and message: `message.link` is the address of a page that ' +
        'shows this customer what the MMS says.',
    }),
  })
  .refine(({ by, text }) => by === 'off' || text !== undefined, {
    path: ['text'],
    message: 'Write the text of the SMS, or turn the fallback off.',
  })
  .meta({
    description:
      'The SMS to whom the MMS is too large for, or whose handset or network does not take it. Without it nobody falls back; ' +
      'documents (PDF, iCalendar, vCard) and contact cards need it.',
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

function fallsBack(fallback: z.output<typeof fallbackSchema> | undefined): boolean {
  return fallback !== undefined && fallback.by !== 'off';
}

export const mmsNode = defineNodeType({
  ...MESSAGE_NODE,
  type: 'mms',
  description: 'Sends a multimedia message and follows it to its recorded end.',
  config: z
    .strictObject({
      ...messageFields,
      subject: templateSchema.optional(),
      media: z.array(mediaSchema).max(MAX_MEDIA).default([]),
      mediaLimits: z
        .enum(MEDIA_LIMITS)
        .optional()
        .meta({
          description:
            `Which limits the whole message keeps, beside those of its provider: ${DEFAULT_MEDIA_LIMITS} by default, which every ` +
            'carrier takes (500 KB, a GIF 300 KB); `provider`: no others.',
        }),
      contactCards: z
        .array(keySchema)
        .max(MAX_MEDIA)
        .refine((keys) => new Set(keys).size === keys.length, 'Name each card once.')
        .optional()
        .meta({
          description:
            'Keys of contact cards, sent behind the media as they are at the launch. Not every phone shows them: `fallback.text` is ' +
            'needed beside them.',
          example: ['support'],
        }),
      fallback: fallbackSchema.optional(),
    })
    .refine(({ media, contactCards = [] }) => media.length + contactCards.length <= MAX_MEDIA, {
      path: ['contactCards'],
      error: `A message holds at most ${MAX_MEDIA} media, its contact cards among them.`,
    }),
  walkConfig: messageWalkConfig,
  references: (config) => ({
    ...messageReferences('mms')(config),
    ...(config.contactCards && { contactCards: config.contactCards }),
    media: config.media,
    mediaLimits: config.mediaLimits ?? DEFAULT_MEDIA_LIMITS,
    ...(fallsBack(config.fallback) && { fallbackChannel: 'sms' as const }),
  }),
  freeze: ({ contactCards = [], ...config }, { publicUrl, contactCardUrl }) => ({
    ...config,
    media: [
      ...config.media.map((media) => frozenMedia(media, publicUrl)),
      ...contactCards.map((key) => ({ url: contactCardUrl(key), contentType: VCARD_TYPE })),
    ],
  }),
  templates: (config): Record<string, string> => ({
    '/text': config.text,
    ...(config.subject === undefined ? {} : { '/subject': config.subject }),
    ...(config.fallback?.text === undefined ? {} : { [FALLBACK_TEXT]: config.fallback.text }),
  }),
  fallbackTemplate: FALLBACK_TEXT,
});
