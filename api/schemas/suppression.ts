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
        'Null where no customer of the project has the number: a suppression knows no more than its keyed hash.',
    }),
    country: z.string().nullable(),
    reason: z.string().nullable(),
    source: z.string().meta({
      description:
        'How it was heard of; `inbound STOP` where the number has sent the word to one of our senders.',
    }),
    stoppedSenders: z.array(z.string()).meta({
      description:
        'Senders of ours that a STOP was sent to: a START to each of them lifts it. Empty where only an operator does.',
    }),
    since: z.iso.datetime(),
    actor: z.string(),
    lifted: z
      .object({ at: z.iso.datetime(), actor: z.string(), reason: z.string().nullable() })
      .nullable()
      .meta({ description: 'Null while it is in force.' }),
  })
  .meta({ id: 'Suppression' });
