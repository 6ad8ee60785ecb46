import { z } from 'zod';
import {
  CARD_IMAGES,
  CARD_VERSIONS,
  NUMBER_TYPES,
  PLACE_TYPES,
  type CardImageType,
} from '../../domain/contact-card.ts';

/** Longest embedded image, in characters of base64: a card counts towards the size of its message. */
const MAX_IMAGE = 150_000;
const MAX_NUMBERS = 20;
const MAX_EMAILS = 10;

const CONTROL = /\p{Cc}/u;
const CONTROL_IN_TEXT = /(?![\n\r\t])\p{Cc}/u;

/** A field of one line. */
function field(max: number) {
  return z
    .string()
    .trim()
    .min(1)
    .max(max)
    .refine((text) => !CONTROL.test(text), 'Write one line, without control characters.');
}

const address = z
  .url({ protocol: /^https?$/, error: 'Write an address such as https://example.com.' })
  .max(2_000);
const placeType = z.enum(PLACE_TYPES).optional();

const imageTypes = Object.keys(CARD_IMAGES) as [CardImageType, ...CardImageType[]];
const image = z
  .strictObject({
    url: address.optional(),
    contentType: z.enum(imageTypes).optional(),
    data: z.base64('Write base64, without line breaks.').max(MAX_IMAGE).optional(),
  })
  .refine(
    ({ url, contentType, data }) =>
      url === undefined
        ? contentType !== undefined && data !== undefined
        : contentType === undefined && data === undefined,
    'Give either url, or contentType and data.',
  )
  .refine(
    ({ contentType, data }) =>
      contentType === undefined || data === undefined || data.startsWith(CARD_IMAGES[contentType]),
    { path: ['data'], error: 'It is no image of the contentType.' },
  )
  .meta({
    description: `By its \`url\`, or embedded as \`data\` in base64 (at most ${MAX_IMAGE} characters) with its \`contentType\`.`,
  });

const number = z.strictObject({
  number: z
    .string()
    .trim()
    .max(40)
    .refine(isDialled, 'Write a number such as +1 206 555 0100, or a short code: 3 to 15 digits.'),
  types: z.array(z.enum(NUMBER_TYPES)).max(NUMBER_TYPES.length).default([]),
  preferred: z.boolean().default(false),
});

function isDialled(text: string): boolean {
  const digits = text.replace(/\D/g, '').length;
  return /^\+?\(?\d[\d ().-]*$/.test(text) && digits >= 3 && digits <= 15;
}

const fields = {
  version: z
    .enum(CARD_VERSIONS)
    .default('3.0')
    .meta({ description: 'Of vCard; 3.0 is what the most phones read.' }),
  name: z
    .strictObject({
      prefix: field(50).optional(),
      given: field(100).optional(),
      additional: field(100).optional(),
      family: field(100).optional(),
      suffix: field(50).optional(),
    })
    .optional(),
  formattedName: field(200).optional().meta({
    description: 'As phones show it; made of the parts of `name` by default. One of both is needed.',
  }),
  organisation: field(200).optional(),
  department: field(200).optional(),
  title: field(200).optional(),
  numbers: z.array(number).max(MAX_NUMBERS).default([]),
  emails: z
    .array(z.strictObject({ address: z.email().max(254), type: placeType }))
    .max(MAX_EMAILS)
    .default([]),
  url: address.optional(),
  address: z
    .strictObject({
      type: placeType,
      street: field(200).optional(),
      city: field(100).optional(),
      region: field(100).optional(),
      postalCode: field(20).optional(),
      country: field(100).optional(),
    })
    .optional(),
  note: z
    .string()
    .trim()
    .min(1)
    .max(1_000)
    .refine((text) => !CONTROL_IN_TEXT.test(text), 'Write it without control characters.')
    .optional(),
  logo: image.optional(),
  photo: image.optional(),
};

const key = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,49}$/, 'Write the key in lower case.')
  .meta({ description: 'What scenarios name it by; for good.' });

const EXAMPLE = {
  formattedName: 'Acme Support',
  organisation: 'Acme',
  numbers: [{ number: '+1 206 555 0100', types: ['work', 'text'], preferred: true }],
  url: 'https://acme.example/help',
};

/** A card, whole, as it is to be from now on. */
export const contactCardBody = z.strictObject(fields).meta({ example: EXAMPLE });

export const newContactCardBody = z
  .strictObject({ key, ...fields })
  .meta({ example: { key: 'support', ...EXAMPLE } });

const summary = {
  key: z.string(),
  version: z.enum(CARD_VERSIONS),
  shownName: z.string().meta({ description: 'The name that phones show.' }),
  vcardUrl: z.url().meta({
    description:
      'Where providers fetch it. Whoever has the address may read it; it always answers the same, and stays when the card is changed or removed.',
  }),
  bytes: z.int().meta({ description: 'How much of a message it takes.' }),
  createdAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
};

export const contactCardSummary = z.object(summary).meta({ id: 'ContactCardSummary' });

export const contactCardView = z.object({ ...fields, ...summary }).meta({ id: 'ContactCard' });
