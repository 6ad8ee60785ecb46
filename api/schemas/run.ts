import { z } from 'zod';
import { CAMPAIGN_EVENT_STATUSES } from '../../domain/campaign-event.ts';
import { CHANNELS } from '../../domain/channel.ts';
import { RUN_STATES } from '../../domain/states.ts';
import { runBreakerView } from './breaker.ts';
import { runHoldView } from './hold.ts';
import { assumedField, decisionView } from './message.ts';

const instant = z.iso.datetime();
const counts = z.record(z.string(), z.int());

const runFields = {
  id: z.uuid(),
  scenarioId: z.uuid(),
  scenarioName: z.string(),
  test: z.boolean().meta({ description: 'Whether it is a test send.' }),
  versionId: z.uuid(),
  state: z.enum(RUN_STATES),
  stateReason: z
    .string()
    .nullable()
    .meta({ description: 'Such as `empty_audience`: the run finished at once, since nobody matched.' }),
  stateExplanation: z
    .string()
    .nullable()
    .meta({ description: 'A sentence for a `stateReason` that is a code.' }),
  workflowId: z.string(),
  audience: z.int().nullable(),
  requestedAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  messagesPerSecond: z.number().nullable().meta({ description: 'The rate that its launch has set.' }),
  spreadUntil: instant.nullable().meta({ description: 'Until when its launch has spread it.' }),
};

export const incidentDecisionSchema = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('retry') }),
  z.strictObject({ action: z.literal('skip'), outlet: z.string().min(1).max(50) }),
  z.strictObject({ action: z.literal('exit') }),
]);

export const runView = z.object({ ...runFields, cohorts: z.int().nullable() }).meta({ id: 'Run' });

export const runReportView = z
  .object({
    ...runFields,
    excludeRuns: z
      .array(z.uuid())
      .meta({ description: 'Runs whose recipients the launch has left out of the audience.' }),
    cohorts: z.object({ total: z.int(), finished: z.int() }),
    nodes: z.array(
      z.object({
        node_id: z.string(),
        type: z.string(),
        action_id: z.int().nullable(),
        name: z.string(),
        here: z.int().meta({ description: 'Customers who are there now.' }),
        outcomes: counts,
        reasons: counts,
        messages: counts.meta({
          description:
            'Messages of the node by state; `unresolved_gated` are the unresolved ones whose repeat the gate refused.',
        }),
      }),
    ),
    messages: counts,
    fallback: z
      .object({
        sms: z
          .int()
          .meta({ description: 'MMS in whose place an SMS was sent, by the engine or the provider.' }),
        bothDelivered: z.int().meta({ description: 'Of these, MMS that were delivered after all.' }),
        refused: counts.meta({ description: 'SMS that were kept in, by reason.' }),
      })
      .meta({ description: 'What was sent in place of MMS that their handset or network could not take.' }),
    suppressed: counts.meta({ description: 'Customers kept in, by reason, over all nodes.' }),
    incidents: z.array(
      z.object({
        node_id: z.string(),
        code: z.string(),
        message: z.string(),
        cohorts: z.int(),
        since: instant,
        decided: z.int().meta({ description: 'Of these, cohorts that an operator has decided about.' }),
      }),
    ),
    holds: z
      .array(runHoldView)
      .meta({ description: 'Holds that keep messages of the run in at the moment; none once it has ended.' }),
    breakers: z
      .array(runBreakerView)
      .meta({ description: 'Integrations of the run through which nothing is sent at the moment, and why.' }),
    quietHours: z.array(z.object({ node_id: z.string(), until: instant, customers: z.int() })).meta({
      description:
        'Customers who wait for the hours in which marketing may reach them, by node, and until when.',
    }),
    turnsUntil: instant.nullable().meta({
      description:
        'When the messages will have left that wait for their turn now: because a hold, a pause or an open breaker had ' +
        'kept them, or because their integration, sender or run has a rate. Null when none does.',
    }),
    rate: z.object({ messagesPerSecond: z.number(), overSeconds: z.int() }),
    estimate: z
      .object({ action: z.string(), remaining: z.int(), doneAt: instant.nullable() })
      .nullable()
      .meta({
        description:
          'When everybody who can still come to it will have been offered the first message, at the present rate and by ' +
          'the turns that are reserved.',
      }),
  })
  .meta({ id: 'RunReport' });

export const campaignEventView = z
  .object({
    event: z.literal('campaign'),
    event_id: z.uuid(),
    timestamp: instant,
    run_id: z.uuid(),
    customer_id: z.uuid(),
    message_id: z.uuid(),
    action_type: z.enum(CHANNELS),
    status: z.enum(CAMPAIGN_EVENT_STATUSES),
    action_id: z.int(),
    action_name: z.string(),
    test: z.boolean().meta({ description: 'Whether it is of a test send: count none of those.' }),
    campaign_id: z.uuid(),
    campaign_name: z.string(),
    campaign_policy: z.string().meta({ description: 'Frequency policy.', example: 'default' }),
    consent_category: z.string().meta({ description: 'Name of the category.', example: 'Marketing' }),
    type: z.enum(CHANNELS).nullable(),
    status_code: z.string().nullable(),
    error: z.string().nullable(),
    number_of_message_parts: z.int().nullable(),
  })
  .meta({ id: 'CampaignEvent' });

const storyMessage = z.object({
  id: z.uuid(),
  state: z.string(),
  channel: z.enum(CHANNELS),
  type: z.enum(CHANNELS).nullable(),
  statusCode: z.string().nullable(),
  error: z.string().nullable(),
  errorClass: z.string().nullable(),
  attempts: z.int(),
  providerMessageId: z.string().nullable(),
  createdAt: instant,
  acceptedAt: instant.nullable(),
  endedAt: instant.nullable(),
  assumed: assumedField,
  decisions: z.array(decisionView).meta({ description: 'What operators have decided about it.' }),
});

const messageView = storyMessage
  .extend({
    fallback: z
      .object({
        state: z.enum(['due', 'made', 'refused']),
        refusal: z.string().nullable().meta({ description: 'Why the gate has kept the SMS in.' }),
        explanation: z.string(),
        message: storyMessage.nullable().meta({ description: 'The SMS.' }),
      })
      .nullable()
      .meta({
        description:
          'The SMS in place of an MMS that its handset or network could not take; null without a reason for one.',
      }),
  })
  .nullable()
  .meta({ description: 'The message as it is now.' });

const stepView = z.object({
  node_id: z.string(),
  type: z.string(),
  action_id: z.int().nullable(),
  name: z.string(),
  pass: z.int(),
  outcome: z.string(),
  reason: z.string(),
  explanation: z.string().meta({ description: 'Why, in a sentence or two.' }),
  outlet: z.string(),
  next: z.string().nullable(),
  exit: z.string().nullable(),
  at: z.union([z.object({ exact: instant }), z.object({ first: instant, last: instant })]).meta({
    description:
      'When the customer left the node: exactly where a message tells it, else between the first and the last ' +
      'instant at which customers of the cohort left so. No step comes before the one before it.',
  }),
  message: messageView,
});

export const customerStoryView = z
  .object({
    runId: z.uuid(),
    customerId: z.uuid(),
    explanation: z.string().meta({ description: 'Why there are no entries; empty when there are.' }),
    entries: z.array(
      z.object({
        entry: z.string(),
        cohort: z.int(),
        member: z.int(),
        admittedAt: instant,
        at: z
          .object({
            node_id: z.string(),
            pass: z.int(),
            since: instant,
            explanation: z.string().meta({
              description:
                'What keeps the customer there, if it is a pause, a hold, the hour or the provider.',
            }),
            message: messageView,
          })
          .nullable()
          .meta({ description: 'Where the customer is now; null once the walk has ended.' }),
        steps: z.array(stepView),
      }),
    ),
  })
  .meta({ id: 'CustomerStory' });
