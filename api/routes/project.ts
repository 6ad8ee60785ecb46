import { z } from 'zod';
import { changeMessageCap, readProject, type ProjectSettings } from '../../database/project-settings.ts';
import { PROJECT_MODES } from '../../domain/gate.ts';
import { durationSchema } from '../../nodes/shared/duration-config.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { assertMatch, entityTag } from '../entity-tag.ts';
import { defineRoute, type AnyRoute, type Answer } from '../route.ts';

const TAG = 'Project';

const messageCap = z
  .strictObject({ messages: z.int().min(1).max(1_000), window: durationSchema })
  .nullable()
  .meta({
    description:
      'How many marketing messages a number may get in a rolling window; null for no cap. Whatever has been offered ' +
      'counts, and what waits to be offered again; what was provably not sent, failed or expired does not. Whoever is ' +
      'over it is `suppressed` with the reason `capped`.',
  });

const projectView = z
  .object({ key: z.string(), name: z.string(), mode: z.enum(PROJECT_MODES), messageCap })
  .meta({ id: 'Project' });

function answerOf(settings: ProjectSettings): Answer {
  return { status: 200, body: settings, headers: { etag: entityTag(settings) } };
}

/** The project that a key belongs to. */
export function projectRoutes({ pool }: ApiDependencies): readonly AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/project',
      tag: TAG,
      summary: 'Read the project',
      answers: { 200: { description: 'The project.', schema: projectView, tagged: true } },
      handle: async ({ project }) => answerOf(await readProject(pool, project.id)),
    }),
    defineRoute({
      method: 'patch',
      path: '/v1/project',
      tag: TAG,
      summary: 'Change the project',
      description: 'Claims that begin after the answer go by it, also in runs that are under way.',
      body: z.strictObject({ messageCap }),
      answers: { 200: { description: 'The project as it is now.', schema: projectView, tagged: true } },
      handle: async ({ project, body, ifMatch }) =>
        answerOf(
          await changeMessageCap(pool, project.id, body.messageCap, (current) =>
            assertMatch(ifMatch, entityTag(current)),
          ),
        ),
    }),
  ];
}
