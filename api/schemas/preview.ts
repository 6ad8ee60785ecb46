import { z } from 'zod';
import { CHANNELS } from '../../domain/channel.ts';
import { FALLBACK_WAYS } from '../../domain/fallback.ts';
import { SCENARIO_EXAMPLE } from './examples.ts';
import { jsonValue } from './json.ts';
import { scenarioInput } from '../scenarios/document.ts';
import { problemEntry } from './scenario.ts';
import { textFigureFields } from './text.ts';

const previewFields = {
  node: z.string().max(64).optional().meta({ description: 'Id of a message node; all of them by default.' }),
  customer: z.string().min(1).max(200).optional().meta({
    description: 'For whom: the id or externalId of a customer. Give this or `sample`.',
    example: 'c-000015',
  }),
  sample: z
    .record(z.string(), jsonValue)
    .optional()
    .meta({
      description:
        'For somebody who is only imagined: attributes, and `externalId`, `language` and `timezone`. Such a customer counts as ' +
        'having agreed, with a number of the US that may be called.',
    }),
  at: z.iso.datetime({ offset: true }).optional().meta({
    description: "When it would be sent, by the project's clock, not in the past; now by default.",
  }),
  language: z
    .string()
    .min(1)
    .max(35)
    .optional()
    .meta({ description: "What templates read as `customer.language`; the customer's own by default." }),
};

interface Whom {
  readonly customer?: string | undefined;
  readonly sample?: unknown;
}

const namesOne = ({ customer, sample }: Whom): boolean => (customer === undefined) !== (sample === undefined);
const NEEDS_ONE = { path: ['customer'], error: 'Give either a customer or a sample.' };

export const previewBody = z
  .strictObject(previewFields)
  .refine(namesOne, NEEDS_ONE)
  .meta({ example: { sample: { first_name: 'Ana' } } });
export type PreviewInput = z.output<typeof previewBody>;

export const unsavedPreviewBody = z
  .strictObject({ scenario: scenarioInput, ...previewFields })
  .refine(namesOne, NEEDS_ONE)
  .meta({ example: { scenario: SCENARIO_EXAMPLE, sample: { first_name: 'Ana' } } });

const verdictView = z
  .object({
    verdict: z.enum(['send', 'suppress', 'defer']),
    reason: z
      .string()
      .nullable()
      .meta({ description: 'A code; null of what would be sent.', example: 'no_consent' }),
    explanation: z.string().meta({ description: 'The reason as a sentence; empty of what would be sent.' }),
  })
  .meta({ description: 'What the gate would say, were the customer there then.' });
export type VerdictView = z.output<typeof verdictView>;

const smsFigures = z.object(textFigureFields).meta({ description: 'What its text costs as an SMS.' });

const contentView = z.object({
  text: z.string(),
  subject: z.string().nullable(),
  length: z.int().meta({ description: 'Of the text, in UTF-16 units.' }),
  sms: smsFigures.nullable().meta({ description: 'Of an SMS: encoding, segments, and what forces UCS-2.' }),
  media: z
    .array(z.object({ url: z.string(), contentType: z.string() }))
    .meta({ description: 'As the provider would fetch them, contact cards among them.' }),
});
export type ContentView = z.output<typeof contentView>;

const fallbackView = z
  .object({
    by: z.enum(FALLBACK_WAYS).exclude(['off']),
    integration: z.string(),
    content: contentView.nullable(),
    verdict: verdictView
      .nullable()
      .meta({ description: "Null of the provider's, for which nobody is asked." }),
  })
  .meta({ description: 'The SMS to whom the MMS can not be delivered.' });
export type FallbackView = z.output<typeof fallbackView>;

const messagePreview = z.object({
  node_id: z.string(),
  action_id: z.int(),
  action_name: z.string(),
  channel: z.enum(CHANNELS),
  category: z.string(),
  sender: z.object({ key: z.string(), label: z.string(), value: z.string() }),
  integration: z.string(),
  content: contentView
    .nullable()
    .meta({ description: 'Null where the template fails: `problems` says why.' }),
  fallback: fallbackView.nullable(),
  verdict: verdictView.nullable(),
});
export type MessagePreview = z.output<typeof messagePreview>;

export const previewView = z
  .object({
    customer: z
      .object({ id: z.uuid(), externalId: z.string().nullable() })
      .nullable()
      .meta({ description: 'Null of a sample.' }),
    language: z.string().nullable(),
    at: z.iso.datetime(),
    inAudience: z.boolean().nullable().meta({
      description: 'Whether a launch now would admit the customer; null of a sample, or without a trigger.',
    }),
    messages: z.array(messagePreview).meta({
      description:
        'The message nodes in their order, whatever conditions lead to them; those with problems are left out.',
    }),
    problems: z.array(problemEntry).meta({
      description: 'What keeps the scenario from being launched, and what fails for this customer.',
    }),
  })
  .meta({ id: 'Preview' });
export type PreviewReport = z.output<typeof previewView>;
