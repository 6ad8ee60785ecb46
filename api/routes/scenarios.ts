import { z } from 'zod';
import { MessageLinks } from '../../database/message-links.ts';
import type { ScenarioGraph } from '../../domain/scenario.ts';
import { pointerOf, type Problem } from '../../domain/validation/problem.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { nextCursor, PagedList } from '../paging.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { checkScenario, readProjectResources } from '../scenarios/check-scenario.ts';
import { graphOfInput, scenarioInput } from '../scenarios/document.ts';
import { listScenarios } from '../scenarios/list-scenarios.ts';
import { mediaWarnings } from '../scenarios/media-warnings.ts';
import { readNamedMedia } from '../scenarios/named-media.ts';
import { scenarioAnswer, scenarioViews } from '../scenarios/scenario-view.ts';
import { createScenario, readScenario, replaceScenario } from '../scenarios/store-scenario.ts';
import { textWarnings } from '../scenarios/text-warnings.ts';
import { scenarioView, validationView } from '../schemas/scenario.ts';

const TAG = 'Scenarios';
const PAGES = new PagedList('scenarios');
const byId = z.object({ id: z.string() });

export function scenarioRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [createRoute(deps), listRoute(deps), validateRoute(deps), readRoute(deps), replaceRoute(deps)];
}

function createRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/scenarios',
    tag: TAG,
    summary: 'Create a scenario',
    description:
      'Stores a draft. A draft may be incomplete: `problems` tells what keeps it from being launched.',
    body: scenarioInput,
    answers: { 201: { description: 'The draft.', schema: scenarioView, tagged: true } },
    handle: async ({ project, body }) =>
      scenarioAnswer(deps, project.id, await createScenario(deps.pool, project.id, body), 201),
  });
}

function listRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/scenarios',
    tag: TAG,
    summary: 'List scenarios',
    query: z.strictObject({
      ...PAGES.query,
      archived: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'Whether to list the archived ones; the others by default.' }),
      name: z.string().min(1).max(100).optional().meta({ description: 'A part of the name, in any case.' }),
    }),
    answers: {
      200: {
        description: 'The newest first.',
        schema: z.object({ scenarios: z.array(scenarioView), next: nextCursor }),
      },
    },
    handle: async ({ project, query }) => {
      const filter = { ...query, archived: query.archived === 'true' };
      const rows = await listScenarios(deps.pool, project.id, filter);
      const { items, next } = PAGES.page(rows, query.limit, ({ createdAt, id }) => ({ at: createdAt, id }));
      return { status: 200, body: { scenarios: await scenarioViews(deps, project.id, items), next } };
    },
  });
}

function validateRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/scenarios/validate',
    tag: TAG,
    summary: 'Check a scenario without storing it',
    body: scenarioInput,
    answers: { 200: { description: 'Every problem at once.', schema: validationView } },
    handle: async ({ project, body }) => {
      const resources = await readProjectResources(deps.prisma, project.id);
      const graph = graphOfInput(body);
      const { publicUrl } = deps.config;
      const media = await readNamedMedia(deps.pool, { projectId: project.id, nodes: graph.nodes, publicUrl });
      const link = new MessageLinks(deps.config).placeholder;
      const problems = checkScenario(graph, resources, media);
      const warnings = warningsOf(graph, publicUrl, link);
      return { status: 200, body: { valid: problems.length === 0, problems, warnings } };
    },
  });
}

function warningsOf({ nodes }: ScenarioGraph, publicUrl: string, link: string): readonly Problem[] {
  return [
    ...textWarnings(nodes, link).map(({ index, path, code, message }) => ({
      ...{ pointer: pointerOf('nodes', index, 'config', ...path), code, message },
    })),
    ...mediaWarnings(nodes, publicUrl).map(({ index, path, code, message }) => ({
      ...{ pointer: pointerOf('nodes', index, 'config', ...path), code, message },
    })),
  ];
}

function readRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/v1/scenarios/:id',
    tag: TAG,
    summary: 'Read a scenario',
    params: byId,
    answers: { 200: { description: 'The draft as it is now.', schema: scenarioView, tagged: true } },
    handle: async ({ project, params }) =>
      scenarioAnswer(deps, project.id, await readScenario(deps.pool, project.id, params.id)),
  });
}

function replaceRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'put',
    path: '/v1/scenarios/:id',
    tag: TAG,
    summary: 'Replace the draft',
    description:
      'Runs that were launched are not touched. A node keeps its number as long as it keeps its id.',
    params: byId,
    body: scenarioInput,
    answers: {
      200: { description: 'The draft as it is now.', schema: scenarioView, tagged: true },
      409: { description: 'It is archived.' },
    },
    handle: async ({ project, params, body, ifMatch }) =>
      scenarioAnswer(
        deps,
        project.id,
        await replaceScenario(deps.pool, project.id, params.id, body, ifMatch),
      ),
  });
}
