import type { Queryable } from '../../database/pool.ts';
import type { FrozenScenario } from '../../domain/scenario.ts';
import { assertMatch, type IfMatch } from '../entity-tag.ts';
import { ApiProblem } from '../problem.ts';
import { checkScenario, type ProjectResources } from './check-scenario.ts';
import { freezeScenario } from './freeze-scenario.ts';
import { readNamedMedia } from './named-media.ts';
import { assertNotArchived, readScenario, scenarioTag } from './store-scenario.ts';

export interface ReadFrozenInput {
  readonly projectId: string;
  readonly scenarioId: string;
  readonly resources: ProjectResources;
  readonly publicUrl: string;
  readonly ifMatch?: IfMatch;
  /** Whether it is frozen for a test send. Default false. */
  readonly isTest?: boolean;
  /** Whether nobody may change the draft, or remove its media, until the commit. */
  readonly lock?: 'FOR SHARE' | '';
}

/**
 * A draft as a launch would freeze it now.
 * @throws ApiProblem `not_found`, `precondition_failed`, `scenario_archived`, `invalid_scenario` with every reason
 */
export async function readFrozen(database: Queryable, input: ReadFrozenInput): Promise<FrozenScenario> {
  const { resources, publicUrl, isTest } = input;
  const scenario = await readScenario(database, input.projectId, input.scenarioId, input.lock);
  assertMatch(input.ifMatch ?? '*', scenarioTag(scenario));
  assertNotArchived(scenario);
  const media = await readNamedMedia(database, {
    ...{ projectId: input.projectId, nodes: scenario.nodes, publicUrl },
    lock: Boolean(input.lock),
  });
  const problems = checkScenario(scenario, resources, media);
  if (problems.length > 0) {
    const detail = problems.map(({ pointer, message }) => `${pointer}: ${message}`).join(' ');
    throw new ApiProblem('invalid_scenario', detail, { problems });
  }
  return freezeScenario({ ...scenario, resources, publicUrl, isTest });
}
