import { z } from 'zod';
import { HOLD_SCOPES, liftHold, listHolds, putHold, type HoldsCheck } from '../../database/holds.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { assertMatch, entityTag, type IfMatch } from '../entity-tag.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute, type AnyRoute, type Answer } from '../route.ts';
import { holdView } from '../schemas/hold.ts';

const TAG = 'Holds';

const target = {
  scope: z.enum(HOLD_SCOPES),
  key: z
    .string()
    .max(100)
    .optional()
    .meta({ description: 'Of the sender, integration or category; none for account and project.' }),
};

/** The emergency stop. */
export function holdRoutes({ pool }: ApiDependencies): readonly AnyRoute[] {
  const held = async (projectId: string): Promise<Answer> => {
    const holds = await listHolds(pool, projectId);
    return { status: 200, body: { holds }, headers: { etag: entityTag(holds) } };
  };
  const answers = {
    200: {
      description: 'All holds now.',
      schema: z.object({ holds: z.array(holdView) }),
      tagged: true as const,
    },
  };
  const unchanged =
    (ifMatch: IfMatch): HoldsCheck =>
    (holds) =>
      assertMatch(ifMatch, entityTag(holds));
  const unknown = ({ scope, key }: { scope: string; key?: string | undefined }): never => {
    const what = key === undefined ? `scope "${scope}" without a key` : `scope "${scope}" with key "${key}"`;
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
        'hold is lifted: what has become stale is not sent, and the rest leaves at a pace. In an emergency send `If-Match: *`: it holds whatever is held already.',
      body: z.strictObject({ ...target, reason: z.string().min(1).max(200) }),
      answers: { ...answers, 404: { description: 'There is no such target.' } },
      handle: async ({ project, body, ifMatch }) => {
        const why = { reason: body.reason, actor: project.actor };
        if (!(await putHold(pool, project.id, body, why, unchanged(ifMatch)))) unknown(body);
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
      handle: async ({ project, query, ifMatch }) => {
        if (!(await liftHold(pool, project.id, query, unchanged(ifMatch)))) unknown(query);
        return held(project.id);
      },
    }),
  ];
}
