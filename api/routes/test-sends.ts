import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { idempotencyKeyOf } from '../scenarios/launch-once.ts';
import { testSend } from '../scenarios/test-send.ts';
import { testSendBody, testSendView } from '../schemas/test-send.ts';

/** Messages to handsets of the project's own. */
export function testSendRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/scenarios/:id/test-send',
      tag: 'Scenarios',
      summary: 'Send a scenario to test recipients',
      description:
        'Stores a run of the draft that is marked as a test and takes the way of all others, for test recipients and nobody ' +
        'else: the whole scenario, with waits of at most two seconds, or the message of one `node`. Consents and the cap of the ' +
        'project are not asked for; an opt-out of the number, its country, holds and the mode of the project are. ' +
        'Nothing of it counts towards caps or keeps a launch from anything. How it goes on is at `/v1/runs/{id}`, and at ' +
        '`/v1/runs/{id}/customers/{name}` for one of them.',
      params: z.object({ id: z.string() }),
      headers: z.object({
        'Idempotency-Key': z
          .string()
          .meta({ description: '1 to 200 visible ASCII characters, as for a launch.' }),
      }),
      body: testSendBody,
      answers: {
        202: { description: 'The run is stored and will be started once.', schema: testSendView },
        409: { description: 'The scenario is archived.' },
      },
      handle: async ({ project, params, body, raw }) => {
        const answer = await testSend(deps, {
          projectId: project.id,
          scenarioId: params.id,
          idempotencyKey: idempotencyKeyOf(raw.headers),
          body,
        });
        deps.reach('after_launch');
        const headers = {
          location: `/v1/runs/${answer.body.id}`,
          ...(answer.replayed && { 'idempotent-replayed': 'true' }),
        };
        return { status: answer.status, body: answer.body, headers };
      },
    }),
  ];
}
