import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { dryRun } from '../scenarios/dry-run.ts';
import { launch } from '../scenarios/launch.ts';
import { idempotencyKeyOf } from '../scenarios/launch-once.ts';
import { launchOptions } from '../scenarios/launch-options.ts';
import { dryRunView } from '../schemas/dry-run.ts';
import { launchView } from '../schemas/scenario.ts';

export function launchRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [
    defineRoute({
      method: 'post',
      path: '/v1/scenarios/:id/launch',
      tag: 'Scenarios',
      summary: 'Launch a scenario',
      description:
        'Freezes the draft and stores a run of it, which is started at once, or as soon as Temporal can be reached. ' +
        'Make a new `Idempotency-Key` for every launch: the same key with the same request launches nothing more and ' +
        'is answered as the first time, with the same status and body and the header `idempotent-replayed: true`. So ' +
        'its `state` stays `requested`: how the run goes on is at `/v1/runs/{id}`. With `dryRun` nothing is stored and no key is needed: the ' +
        'answer tells whom the launch would reach. With `If-Match` only the draft that was read is launched.',
      params: z.object({ id: z.string() }),
      headers: z.object({
        'Idempotency-Key': z
          .string()
          .optional()
          .meta({ description: '1 to 200 visible ASCII characters; needed unless it is a dry run.' }),
      }),
      conditional: true,
      body: launchOptions.optional(),
      answers: {
        200: { description: 'What the launch would do now; of a dry run only.', schema: dryRunView },
        202: { description: 'The run is stored and will be started once.', schema: launchView },
        409: {
          description:
            'The audience is not the expected one, a run was cancelled lately, or the scenario is archived.',
        },
        422: { description: 'The draft has problems, or the key belongs to another request.' },
      },
      handle: async ({ project, params, body = {}, raw, ifMatch }) => {
        if (body.dryRun)
          return { status: 200, body: await dryRun(deps, { ...params, projectId: project.id }, body) };
        const answer = await launch(deps.pool, deps.prisma, deps.config.publicUrl, {
          projectId: project.id,
          scenarioId: params.id,
          idempotencyKey: idempotencyKeyOf(raw.headers),
          body,
          ifMatch,
        });
        deps.reach('after_launch');
        return {
          status: answer.status,
          body: answer.body,
          headers: {
            location: `/v1/runs/${answer.body.id}`,
            ...(answer.replayed && { 'idempotent-replayed': 'true' }),
          },
        };
      },
    }),
  ];
}
