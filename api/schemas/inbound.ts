import { z } from 'zod';
import { TEXT_STATES } from '../../domain/awaited-text.ts';
import { CHANNELS } from '../../domain/channel.ts';
import { KEYWORDS } from '../../domain/keyword.ts';

export const inboundView = z
  .object({
    id: z.uuid(),
    integration: z.string(),
    channel: z.enum(CHANNELS),
    phone: z
      .string()
      .nullable()
      .meta({ description: 'Who sent it; null once it is erased.', example: '+12125550101' }),
    customerIds: z.array(z.uuid()).meta({ description: 'Customers who had the number when it came.' }),
    sender: z
      .string()
      .meta({ description: 'Which sender of ours it was sent to, in digits.', example: '12065550100' }),
    subject: z.string().nullable(),
    text: z.string().nullable().meta({
      description:
        'Null where there is none, while it is a file that could not be fetched yet, and once it is erased.',
    }),
    textState: z
      .enum(TEXT_STATES)
      .nullable()
      .meta({
        description:
          'Of a text that its provider gives as one of the files in `media`, without a keyword: `awaited` while it is tried to fetch it, for ' +
          'a day; a keyword in it is carried out when it is `fetched`. `given_up`: read the file yourself. Null of every other text.',
      }),
    media: z.array(z.string()).meta({ description: 'Addresses at the provider of what came with it.' }),
    keyword: z
      .enum(KEYWORDS)
      .nullable()
      .meta({ description: 'What it asks for, where it is nothing but a keyword.' }),
    providerKeyword: z.string().nullable().meta({ description: 'What the provider takes for its keyword.' }),
    providerMessageId: z.string().nullable(),
    at: z.iso.datetime().meta({ description: "The provider's own instant of it." }),
    receivedAt: z.iso.datetime(),
    erasedAt: z.iso
      .datetime()
      .nullable()
      .meta({ description: 'When its number and its words were erased with a customer.' }),
  })
  .meta({ id: 'InboundMessage' });
