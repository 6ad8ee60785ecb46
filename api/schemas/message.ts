import { z } from 'zod';
import { CHANNELS } from '../../domain/channel.ts';
import { DECISION_OUTCOMES, MESSAGE_ACTIONS } from '../../domain/message-decision.ts';

const instant = z.iso.datetime();

export const decisionView = z.object({
  action: z.enum(MESSAGE_ACTIONS),
  reason: z.string(),
  actor: z.string(),
  at: z.iso.datetime({ offset: true }),
  outcome: z.enum([...DECISION_OUTCOMES, 'overtaken']).meta({
    description:
      'A resend is `pending` until it is made, `refused` when the gate keeps it in, and `overtaken` when a delivery ' +
      'report came before it.',
  }),
  refusal: z.string().nullable().meta({ description: 'Why it was refused.', example: 'opted_out' }),
});

export const assumedField = z
  .boolean()
  .meta({ description: 'Whether it is `delivered` only because an operator has said so.' });

export const ledgerMessageView = z
  .object({
    id: z.uuid(),
    runId: z.uuid(),
    customerId: z.uuid(),
    test: z.boolean().meta({ description: 'Whether it is of a test send.' }),
    node_id: z.string().nullable(),
    action_id: z.int(),
    pass: z.int(),
    channel: z.enum(CHANNELS),
    integration: z.string().nullable(),
    state: z.string(),
    assumed: assumedField,
    type: z.enum(CHANNELS).nullable(),
    statusCode: z.string().nullable(),
    error: z.string().nullable(),
    errorClass: z.string().nullable(),
    attempts: z.int(),
    lookUps: z.int().meta({
      description:
        'Look-ups at the provider that found nothing, and turns in which the gate kept in what provably was not sent.',
    }),
    providerMessageId: z.string().nullable(),
    createdAt: instant,
    claimedAt: instant.nullable(),
    acceptedAt: instant.nullable(),
    endedAt: instant.nullable(),
    decisions: z.array(decisionView).meta({ description: 'What operators have decided, the oldest first.' }),
  })
  .meta({ id: 'Message' });

export const decisionBody = z.strictObject({
  action: z.enum(MESSAGE_ACTIONS),
  reason: z.string().min(1).max(200),
});
