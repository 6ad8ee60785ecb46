import { z } from 'zod';
import { CHANNELS } from '../../domain/channel.ts';
import { ID_PROBE_STATES } from '../../domain/id-probe.ts';

/** What a check is to do beside its harmless call. */
export const integrationCheckBody = z
  .strictObject(
    {
      probeTo: z
        .string()
        .min(1)
        .max(60)
        .optional()
        .meta({
          description:
            'Name or number of a test recipient (`/v1/test-recipients`), which gets one message; in mode `allow-list` its number ' +
            'must be in `TEST_NUMBERS`.',
        }),
      channel: z.enum(CHANNELS).optional().meta({
        description:
          'What is probed, `sms` by default. One channel a call: that of `sms` says nothing of `mms`.',
      }),
      sender: z.string().max(50).optional().meta({
        description: 'Key of the sender; by default one that sends the channel through the integration.',
      }),
    },
    'The check takes "probeTo", "channel" and "sender", and without them it sends no message.',
  )
  .refine(
    ({ probeTo, channel, sender }) =>
      probeTo !== undefined || (channel === undefined && sender === undefined),
    { path: ['probeTo'], error: 'must be given with channel or sender' },
  )
  .meta({ example: { probeTo: 'ana-iphone', channel: 'sms' } });

export const idProbeView = z
  .object({
    state: z.enum(ID_PROBE_STATES),
    says: z.string().meta({ description: 'What that means and what to do about it.' }),
    channel: z.enum(CHANNELS),
    sender: z.string().meta({ description: 'The sender as the provider was given it.' }),
    to: z.string().nullable().meta({ description: 'Name of the test recipient; null once it is removed.' }),
    messageId: z.uuid().meta({ description: 'The id that the provider was given, as its own logs have it.' }),
    startedAt: z.iso.datetime(),
    repeatAt: z.iso.datetime().nullable().meta({
      description: 'When the id is offered again; null but while it waits.',
    }),
    endedAt: z.iso.datetime().nullable(),
    reason: z.string().nullable().meta({ description: 'Why it has failed or was abandoned.' }),
    statusCode: z.string().nullable().meta({ description: 'What the provider answered then.' }),
    error: z.string().nullable(),
  })
  .meta({ id: 'IdProbe' });
