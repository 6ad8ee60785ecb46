import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { archiveScenario } from '../scenarios/archive-scenario.ts';
import { cloneScenario } from '../scenarios/clone-scenario.ts';
import { scenarioAnswer } from '../scenarios/scenario-view.ts';
import { readScenario } from '../scenarios/store-scenario.ts';
import { scenarioView, versionView } from '../schemas/scenario.ts';

const TAG = 'Scenarios';
const PAGES = new PagedList('versions');
const byId = z.object({ id: z.string() });

/** What is made of a scenario beside its runs: versions, clones, the archive. */
export function scenarioCopyRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [cloneRoute(deps), archiveRoute(deps, true), archiveRoute(deps, false), versionsRoute(deps)];
}

function cloneRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/scenarios/:id/clone',
    tag: TAG,
    summary: 'Clone a scenario',
    description:
      'A new draft of the same nodes and edges, also of an archived scenario. Its action nodes are numbered from 1 on; ' +
      'versions and runs stay with the original.',
    params: byId,
    body: z
      .strictObject({
        name: z.string().trim().min(1).max(100).optional().meta({ description: 'Default `Copy of …`.' }),
      })
      .optional(),
    answers: { 201: { description: 'The new draft.', schema: scenarioView, tagged: true } },
    handle: async ({ project, params, body }) => {
      const input = { projectId: project.id, id: params.id, name: body?.name };
      return scenarioAnswer(deps, project.id, await cloneScenario(deps.pool, input), 201);
    },
  });
}

function archiveRoute(deps: ApiDependencies, archived: boolean): AnyRoute {
  return defineRoute({
    method: 'post',
    path: `/v1/scenarios/:id/${archived ? 'archive' : 'unarchive'}`,
    conditional: true,
    tag: TAG,
    summary: archived ? 'Archive a scenario' : 'Take a scenario out of the archive',
    description: archived
      ? 'An archived scenario is neither listed nor changed nor launched. Its runs go on. Once more changes nothing.'
      : 'It can be changed and launched again. Once more changes nothing.',
    params: byId,
    answers: { 200: { description: 'The scenario as it is now.', schema: scenarioView, tagged: true } },
    handle: async ({ project, params, ifMatch }) => {
      const input = { projectId: project.id, id: params.id, archived, ifMatch };
      return scenarioAnswer(deps, project.id, await archiveScenario(deps.pool, input));
    },
  });
}

function versionsRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/scenarios/:id/versions',
    tag: TAG,
    summary: 'List the versions that were launched',
    params: byId,
    query: z.strictObject(PAGES.query),
    answers: {
      200: {
        description: 'The newest first.',
        schema: z.object({ versions: z.array(versionView), next: nextCursor }),
      },
    },
    handle: async ({ project, params, query }) => {
      await readScenario(deps.pool, project.id, params.id);
      const { limit, cursor } = query;
      const rows = await deps.prisma.scenarioVersion.findMany({
        where: {
          scenarioId: params.id,
          runs: { some: { isTest: false } },
          ...(cursor && {
            OR: [{ createdAt: { lt: cursor.at } }, { createdAt: cursor.at, id: { lt: cursor.id } }],
          }),
        },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
        take: limit + 1,
        select: { id: true, contentHash: true, createdAt: true, frozen: true },
      });
      const { items, next } = PAGES.page(rows, limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { status: 200, body: { versions: items, next } };
    },
  });
}
