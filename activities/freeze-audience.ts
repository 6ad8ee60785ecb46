import { freezeAudience } from '../database/freeze-audience.ts';
import { readRun } from '../database/read-run.ts';
import type { EngineActivities } from '../domain/activities.ts';
import { cohortWorkflowIdPrefix } from '../domain/identity.ts';
import type { Dependencies } from './dependencies.ts';

/** Admits the audience: once, in one snapshot, in the database; not a row of it passes through here. */
export function createFreezeAudience(deps: Dependencies): EngineActivities['freezeAudience'] {
  return async (runId, cohortSize) => {
    const run = await readRun(deps.pool, runId);
    const frozen = await freezeAudience(deps.pool, {
      runId,
      projectId: run.projectId,
      month: run.month,
      filter: run.frozen.audience,
      workflowIdPrefix: cohortWorkflowIdPrefix(run.workflowId),
      cohortSize,
    });
    deps.reach('after_freeze');
    return frozen;
  };
}
