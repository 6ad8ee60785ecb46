import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { CohortToStart } from '../domain/activities.ts';
import { WALK_VERSION } from '../domain/walk-version.ts';
import { runCohort } from './run-cohort.ts';

/**
 * Starts a cohort that outlives the run's own workflow runs.
 *
 * A cohort whose workflow is there already is left alone; one whose workflow was lost goes on from the database.
 * @returns whether it was started now
 */
export async function startCohort(
  cohort: CohortToStart,
  cohorts: number,
  scenarioName: string,
): Promise<boolean> {
  try {
    await startChild(runCohort, {
      workflowId: cohort.workflowId,
      args: [{ cohortId: cohort.id, walkVersion: WALK_VERSION }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary:
        `${scenarioName} · cohort ${cohort.number} of ${cohorts} · ${cohort.size} customers`.slice(0, 200),
      typedSearchAttributes: workflowInfo().typedSearchAttributes,
    });
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    return false;
  }
}
