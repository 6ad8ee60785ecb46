import { z } from 'zod';
import { changeSenderRate, listSenders, type Sender } from '../../database/senders.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { assertMatch, entityTag } from '../entity-tag.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute, type AnyRoute, type Answer } from '../route.ts';
import { messagesPerSecond } from '../schemas/rate.ts';

const TAG = 'Senders';
const byKey = z.object({ key: z.string() });

const senderView = z
  .object({
    key: z.string().meta({ description: 'What scenarios and holds call it.' }),
    label: z.string(),
    value: z.string().meta({ description: 'The number or short code.' }),
    isDefault: z.boolean(),
    integrations: z.object({ sms: z.string().nullable(), mms: z.string().nullable() }),
    messagesPerSecond,
  })
  .meta({ id: 'Sender' });
const one = { schema: senderView, tagged: true as const };

function answerOf(sender: Sender | undefined): Answer {
  if (!sender) throw new ApiProblem('not_found', 'There is no sender with this key.');
  return { status: 200, body: sender, headers: { etag: entityTag(sender) } };
}

/** What messages come from. */
export function senderRoutes({ pool }: ApiDependencies): readonly AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/senders',
      tag: TAG,
      summary: 'List senders',
      answers: {
        200: {
          description: 'The senders of the project.',
          schema: z.object({ senders: z.array(senderView) }),
        },
      },
      handle: async ({ project }) => ({
        status: 200,
        body: { senders: await listSenders(pool, project.id) },
      }),
    }),
    defineRoute({
      method: 'get',
      path: '/v1/senders/:key',
      tag: TAG,
      summary: 'Read a sender',
      params: byKey,
      answers: { 200: { description: 'The sender.', ...one } },
      handle: async ({ project, params }) =>
        answerOf((await listSenders(pool, project.id)).find(({ key }) => key === params.key)),
    }),
    defineRoute({
      method: 'patch',
      path: '/v1/senders/:key',
      tag: TAG,
      summary: 'Change the rate of a sender',
      description:
        'Carriers and providers allow a number so many messages a second. What is reserved after the answer goes by it; ' +
        'what has its turn already, of five minutes at most, leaves as it was.',
      params: byKey,
      body: z.strictObject({ messagesPerSecond }),
      answers: { 200: { description: 'The sender as it is now.', ...one } },
      handle: async ({ project, params, body, ifMatch }) =>
        answerOf(
          await changeSenderRate(
            pool,
            { projectId: project.id, ...params },
            body.messagesPerSecond,
            (current) => assertMatch(ifMatch, entityTag(current)),
          ),
        ),
    }),
  ];
}
