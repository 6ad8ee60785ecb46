import { z } from 'zod';
import { storedPhone } from '../../database/customers/phone-number.ts';

export const suppressionBody = z.strictObject({
  phone: z
    .string()
    .max(40)
    .refine((given) => storedPhone(given).state === 'valid', 'Write a valid number, such as "+12125550101".')
    .meta({
      description: 'In any usual form; a customer of the project need not have it.',
      example: '+12125550101',
    }),
  reason: z.string().min(1).max(200).optional(),
  source: z
    .string()
    .min(1)
    .max(100)
    .default('api')
    .meta({ description: 'How it was heard of.', example: 'call centre' }),
});

export const suppressionView = z
  .object({
    id: z.uuid(),
    phone: z.string().nullable().meta({
      description:
        'Null where no customer of the project has the number: of others only a keyed hash is stored.',
    }),
    country: z.string().nullable(),
    reason: z.string().nullable(),
    source: z.string(),
    since: z.iso.datetime(),
    actor: z.string(),
    lifted: z
      .object({ at: z.iso.datetime(), actor: z.string(), reason: z.string().nullable() })
      .nullable()
      .meta({ description: 'Null while it is in force.' }),
  })
  .meta({ id: 'Suppression' });
