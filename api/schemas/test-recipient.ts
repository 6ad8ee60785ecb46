import { z } from 'zod';
import { jsonValue } from './json.ts';

/** Most characters of all attributes of a test recipient, as JSON. */
const MAX_ATTRIBUTES = 16_384;

const word = z.string().trim().min(1).max(60).nullable().default(null);

const fields = {
  phone: z
    .string()
    .max(40)
    .meta({ description: 'Of the US or Canada; must be in `TEST_NUMBERS` in mode `allow-list`.' }),
  carrier: word.meta({ description: 'As you know it; nothing is looked up.', example: 'T-Mobile' }),
  handset: word.meta({ description: 'As you know it.', example: 'iPhone 15' }),
  language: z
    .string()
    .regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*$/, 'Write a tag such as en or fr-CA.')
    .max(35)
    .nullable()
    .default(null),
  attributes: z
    .record(z.string().min(1).max(100), jsonValue)
    .refine((attributes) => JSON.stringify(attributes).length <= MAX_ATTRIBUTES, {
      message: `Attributes have at most ${MAX_ATTRIBUTES} characters in all.`,
    })
    .default({})
    .meta({ description: 'What templates and conditions read of it.', example: { first_name: 'Ana' } }),
};

export const testRecipientBody = z
  .strictObject(fields)
  .meta({ example: { phone: '+12065550142', carrier: 'T-Mobile', handset: 'iPhone 15', language: 'en' } });
export type TestRecipientInput = z.output<typeof testRecipientBody>;

export const newTestRecipientBody = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9 _.-]{0,59}$/, 'Write up to 60 letters, digits, blanks, _, . and -.')
      .meta({ description: 'A test send names it so.' }),
    ...fields,
  })
  .meta({
    example: { name: 'ana-iphone', phone: '+12065550142', carrier: 'T-Mobile', handset: 'iPhone 15' },
  });

export const testRecipientView = z
  .object({
    name: z.string(),
    customerId: z.uuid().meta({ description: 'As runs and events of test sends name it.' }),
    phone: z.string(),
    country: z.string().nullable(),
    optedOutAt: z.iso.datetime().nullable().meta({
      description: 'Since when the number is opted out: tests of marketing do not go to it either.',
    }),
    carrier: z.string().nullable(),
    handset: z.string().nullable(),
    language: z.string().nullable(),
    attributes: z.record(z.string(), jsonValue),
    createdAt: z.iso.datetime(),
    changedAt: z.iso.datetime(),
  })
  .meta({ id: 'TestRecipient' });
