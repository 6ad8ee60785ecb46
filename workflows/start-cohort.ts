import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import { ParentClosePolicy, startChild, workflowInfo } from '@temporalio/workflow';
import type { CohortToStart } from '../domain/activities.ts';
import { runCohort } from './run-cohort.ts';

/**
 * Starts a cohort that outlives the run's own workflow runs.
 *
 * A cohort whose workflow exists already is started: its id is its own for ever.
 */
export async function startCohort(
  cohort: CohortToStart,
  cohorts: number,
  scenarioName: string,
): Promise<void> {
  try {
    await startChild(runCohort, {
      workflowId: cohort.workflowId,
      args: [{ cohortId: cohort.id }],
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary:
        `${scenarioName} · cohort ${cohort.number} of ${cohorts} · ${cohort.size} customers`.slice(0, 200),
      typedSearchAttributes: workflowInfo().typedSearchAttributes,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}
