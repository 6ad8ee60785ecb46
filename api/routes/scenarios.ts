import { z } from 'zod';
import { checkScenario, readProjectResources } from '../scenarios/check-scenario.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { graphOfInput, scenarioInput } from '../scenarios/document.ts';
import { dryRun } from '../scenarios/dry-run.ts';
import { launch } from '../scenarios/launch.ts';
import { launchOptions } from '../scenarios/launch-options.ts';
import {
  createScenario,
  listScenarios,
  readScenario,
  replaceScenario,
  type StoredScenario,
} from '../scenarios/store-scenario.ts';
import { dryRunView } from '../schemas/dry-run.ts';
import { launchView, scenarioView, validationView, versionView } from '../schemas/scenario.ts';

const TAG = 'Scenarios';
const byId = z.object({ id: z.string() });
const LIST_LIMIT = 100;
const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/;

export function scenarioRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  const view = async (projectId: string, scenario: StoredScenario): Promise<object> => ({
    ...scenario,
    nodes: scenario.nodes.map(({ actionId, ...node }) => ({ ...node, action_id: actionId })),
    problems: checkScenario(scenario, await readProjectResources(deps.prisma, projectId)),
  });
  return [
    defineRoute({
      method: 'post',
      path: '/v1/scenarios',
      tag: TAG,
      summary: 'Create a scenario',
      description:
        'Stores a draft. A draft may be incomplete: `problems` tells what keeps it from being launched.',
      body: scenarioInput,
      answers: { 201: { description: 'The draft.', schema: scenarioView } },
      handle: async ({ project, body }) => {
        const scenario = await createScenario(deps.pool, project.id, body);
        return {
          status: 201,
          body: await view(project.id, scenario),
          headers: { location: `/v1/scenarios/${scenario.id}` },
        };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/scenarios',
      tag: TAG,
      summary: 'List scenarios',
      answers: {
        200: {
          description: `The newest ${LIST_LIMIT}.`,
          schema: z.object({ scenarios: z.array(scenarioView) }),
        },
      },
      handle: async ({ project }) => {
        const scenarios = await listScenarios(deps.pool, project.id, LIST_LIMIT);
        return {
          status: 200,
          body: { scenarios: await Promise.all(scenarios.map((scenario) => view(project.id, scenario))) },
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/scenarios/validate',
      tag: TAG,
      summary: 'Check a scenario without storing it',
      body: scenarioInput,
      answers: { 200: { description: 'Every problem at once.', schema: validationView } },
      handle: async ({ project, body }) => {
        const resources = await readProjectResources(deps.prisma, project.id);
        const problems = checkScenario(graphOfInput(body), resources);
        return { status: 200, body: { valid: problems.length === 0, problems } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/v1/scenarios/:id',
      tag: TAG,
      summary: 'Read a scenario',
      params: byId,
      answers: { 200: { description: 'The draft as it is now.', schema: scenarioView } },
      handle: async ({ project, params }) => ({
        status: 200,
        body: await view(project.id, await readScenario(deps.pool, project.id, params.id)),
      }),
    }),
    defineRoute({
      method: 'put',
      path: '/v1/scenarios/:id',
      tag: TAG,
      summary: 'Replace the draft',
      description:
        'Runs that were launched are not touched. A node keeps its number as long as it keeps its id.',
      params: byId,
      body: scenarioInput,
      answers: { 200: { description: 'The draft as it is now.', schema: scenarioView } },
      handle: async ({ project, params, body }) => ({
        status: 200,
        body: await view(project.id, await replaceScenario(deps.pool, project.id, params.id, body)),
      }),
    }),
    ...versionRoutes(deps),
  ];
}

function versionRoutes(deps: ApiDependencies): readonly AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/v1/scenarios/:id/versions',
      tag: TAG,
      summary: 'List the versions that were launched',
      params: byId,
      answers: {
        200: { description: 'The newest first.', schema: z.object({ versions: z.array(versionView) }) },
      },
      handle: async ({ project, params }) => {
        await readScenario(deps.pool, project.id, params.id);
        const versions = await deps.prisma.scenarioVersion.findMany({
          where: { scenarioId: params.id },
          orderBy: { createdAt: 'desc' },
          take: LIST_LIMIT,
          select: { id: true, contentHash: true, createdAt: true, frozen: true },
        });
        return { status: 200, body: { versions } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/v1/scenarios/:id/launch',
      tag: TAG,
      summary: 'Launch a scenario',
      description:
        'Freezes the draft and stores a run of it, which is started at once, or as soon as Temporal can be reached. ' +
        'Make a new `Idempotency-Key` for every launch: the same key with the same request launches nothing more and ' +
        'is answered as the first time, with the same status and body and the header `idempotent-replayed: true`. So ' +
        'its `state` stays `requested`: how the run goes on is at `/v1/runs/{id}`. With `dryRun` nothing is stored and no key is needed: the ' +
        'answer tells whom the launch would reach.',
      params: byId,
      headers: z.object({
        'Idempotency-Key': z
          .string()
          .optional()
          .meta({ description: '1 to 200 visible ASCII characters; needed unless it is a dry run.' }),
      }),
      body: launchOptions.optional(),
      answers: {
        200: { description: 'What the launch would do now; of a dry run only.', schema: dryRunView },
        202: { description: 'The run is stored and will be started once.', schema: launchView },
        409: { description: 'The audience is not the expected one, or a run was cancelled lately.' },
        422: { description: 'The draft has problems, or the key belongs to another request.' },
      },
      handle: async ({ project, params, body = {}, raw }) => {
        if (body.dryRun)
          return { status: 200, body: await dryRun(deps, { ...params, projectId: project.id }, body) };
        const idempotencyKey = raw.headers['idempotency-key'];
        if (typeof idempotencyKey !== 'string' || !KEY_PATTERN.test(idempotencyKey)) {
          throw new ApiProblem(
            'bad_header',
            'Send an Idempotency-Key of 1 to 200 visible ASCII characters, a new one for every launch: ' +
              'it keeps a repeated request from sending to everybody twice.',
          );
        }
        const answer = await launch(deps.pool, deps.prisma, deps.config.publicUrl, {
          projectId: project.id,
          scenarioId: params.id,
          idempotencyKey,
          body,
        });
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
