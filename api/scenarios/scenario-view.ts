import type { ApiDependencies } from '../dependencies.ts';
import type { Answer } from '../route.ts';
import { checkScenario, readProjectResources } from './check-scenario.ts';
import { readNamedMedia } from './named-media.ts';
import { scenarioTag, type StoredScenario } from './store-scenario.ts';

/** Scenarios as the API shows them: each with what keeps it from being launched. */
export async function scenarioViews(
  { prisma, pool, config: { publicUrl } }: ApiDependencies,
  projectId: string,
  scenarios: readonly StoredScenario[],
): Promise<readonly object[]> {
  const resources = await readProjectResources(prisma, projectId);
  const nodes = scenarios.flatMap((scenario) => scenario.nodes);
  const media = await readNamedMedia(pool, { projectId, nodes, publicUrl });
  return scenarios.map((scenario) => ({
    ...scenario,
    nodes: scenario.nodes.map(({ actionId, ...node }) => ({ ...node, action_id: actionId })),
    problems: checkScenario(scenario, resources, media),
  }));
}

/** The answer that shows one scenario, with its entity tag. */
export async function scenarioAnswer(
  deps: ApiDependencies,
  projectId: string,
  scenario: StoredScenario,
  status = 200,
): Promise<Answer> {
  const [body] = await scenarioViews(deps, projectId, [scenario]);
  const location = `/v1/scenarios/${scenario.id}`;
  return { status, body, headers: { etag: scenarioTag(scenario), ...(status === 201 && { location }) } };
}
