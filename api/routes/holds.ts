import { z } from 'zod';
import { HOLD_SCOPES, liftHold, listHolds, putHold } from '../../database/holds.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute, type AnyRoute } from '../route.ts';

const TAG = 'Holds';

const target = {
  scope: z.enum(HOLD_SCOPES),
  key: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Of the sender, integration or category; none for account and project.' }),
};

const holdView = z
  .object({
    scope: z.enum(HOLD_SCOPES),
    key: z.string().nullable(),
    reason: z.string(),
    actor: z.string(),
    since: z.iso.datetime(),
  })
  .meta({ id: 'Hold' });

/** The emergency stop. */
export function holdRoutes({ pool }: ApiDependencies): readonly AnyRoute[] {
  const held = async (projectId: string): Promise<{ status: 200; body: object }> => ({
    status: 200,
    body: { holds: await listHolds(pool, projectId) },
  });
  const answers = {
    200: { description: 'All holds now.', schema: z.object({ holds: z.array(holdView) }) },
  };
  const unknown = ({ scope, key }: { scope: string; key?: string | undefined }): never => {
    const what = key === undefined ? `a ${scope} without a key` : `a ${scope} "${key}"`;
    throw new ApiProblem('not_found', `There is no such thing to hold here: ${what}.`);
  };
  return [
    defineRoute({
      method: 'get',
      path: '/v1/holds',
      tag: TAG,
      summary: 'List holds',
      answers,
      handle: ({ project }) => held(project.id),
    }),
    defineRoute({
      method: 'put',
      path: '/v1/holds',
      tag: TAG,
      summary: 'Hold everything of an account, project, sender, integration or category',
      description:
        'From the answer on nothing of it is claimed. Who would have been sent to waits, and is gated again after the ' +
        'hold is lifted: what has become stale is not sent.',
      body: z.strictObject({ ...target, reason: z.string().min(1).max(200) }),
      answers: { ...answers, 404: { description: 'There is no such target.' } },
      handle: async ({ project, body }) => {
        const why = { reason: body.reason, actor: project.actor };
        if (!(await putHold(pool, project.id, body, why))) unknown(body);
        return held(project.id);
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/v1/holds',
      tag: TAG,
      summary: 'Lift a hold',
      description: 'One that is not there changes nothing.',
      query: z.strictObject(target),
      answers: { ...answers, 404: { description: 'There is no such target.' } },
      handle: async ({ project, query }) => {
        if (!(await liftHold(pool, project.id, query))) unknown(query);
        return held(project.id);
      },
    }),
  ];
}
