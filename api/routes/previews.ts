import { z } from 'zod';
import type { ApiDependencies } from '../dependencies.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { graphOfInput } from '../scenarios/document.ts';
import { numberActions } from '../scenarios/number-actions.ts';
import { preview } from '../scenarios/preview.ts';
import { readScenario } from '../scenarios/store-scenario.ts';
import { previewBody, previewView, unsavedPreviewBody } from '../schemas/preview.ts';

const TAG = 'Scenarios';
const SAID =
  'Renders the message nodes for one customer, or for a `sample` of one, as real sends do: texts, sender, encoding, segments, ' +
  'media, and whether the gate would let each message go, and why not. Sends and stores nothing. Conditions are not followed.';
const answers = { 200: { description: 'The messages.', schema: previewView } };

/** What messages would say. */
export function previewRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [unsavedRoute(deps), storedRoute(deps)];
}

function unsavedRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/scenarios/preview',
    tag: TAG,
    summary: 'Preview the messages of a scenario that is not stored',
    description: `${SAID} Its action nodes are numbered from 1 on, and \`scenario.id\` is empty.`,
    body: unsavedPreviewBody,
    answers,
    handle: async ({ project, body: { scenario: given, ...input } }) => {
      const { nodes, edges } = graphOfInput(given);
      const numbered = numberActions(nodes, { next: 1, byNode: new Map() });
      const scenario = { id: null, name: given.name, nodes: numbered.nodes, edges };
      return { status: 200, body: await preview(deps, project, scenario, input) };
    },
  });
}

function storedRoute(deps: ApiDependencies): AnyRoute {
  return defineRoute({
    method: 'post',
    path: '/v1/scenarios/:id/preview',
    tag: TAG,
    summary: 'Preview the messages of a scenario',
    description: SAID,
    params: z.object({ id: z.string() }),
    body: previewBody,
    answers,
    handle: async ({ project, params, body }) => {
      const scenario = await readScenario(deps.pool, project.id, params.id);
      return { status: 200, body: await preview(deps, project, scenario, body) };
    },
  });
}
