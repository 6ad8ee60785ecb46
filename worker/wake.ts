import { WorkflowNotFoundError } from '@temporalio/common';
import { markWoken, readRunsToWake, type OpenCohort, type RunToWake } from '../database/relay.ts';
import type { Pool } from '../database/pool.ts';
import { WAKE_SIGNAL } from '../domain/temporal-names.ts';
import { startCohortAgain, startRun } from './start-workflow.ts';
import { withDeadline, type TemporalClient } from './temporal.ts';
import { LOST_STATUSES, statusOf } from './workflow-status.ts';

const LIMIT = 10;
const AT_ONCE = 20;

/**
 * Tells the workflows of runs whose state was changed to look at the database; lost ones are started again.
 * @returns whether there may be more
 */
export async function wakeRuns(pool: Pool, temporal: TemporalClient): Promise<boolean> {
  const runs = await readRunsToWake(pool, LIMIT);
  for (const run of runs) {
    if (run.relayed && !(await signalOpen(temporal, run.workflowId, WAKE_SIGNAL)))
      await startRun(temporal, run, true);
    const cohorts = [...run.openCohorts];
    while (cohorts.length > 0)
      await Promise.all(cohorts.splice(0, AT_ONCE).map((cohort) => wakeCohort(temporal, run, cohort)));
    await markWoken(pool, run);
  }
  return runs.length === LIMIT;
}

/** A cohort that was never started is left to its run. */
async function wakeCohort(temporal: TemporalClient, run: RunToWake, cohort: OpenCohort): Promise<void> {
  if (await signalOpen(temporal, cohort.workflowId, WAKE_SIGNAL)) return;
  const status = await statusOf(temporal, cohort.workflowId);
  const isLost = status === undefined ? cohort.walked : LOST_STATUSES.includes(status);
  if (isLost) await startCohortAgain(temporal, run, cohort);
}

/** Signals a workflow. @returns false when it has ended or does not exist: nobody is there to hear it */
export async function signalOpen(
  temporal: TemporalClient,
  workflowId: string,
  signal: string,
  ...args: readonly unknown[]
): Promise<boolean> {
  try {
    await withDeadline(temporal, () =>
      temporal.client.workflow.getHandle(workflowId).signal(signal, ...args),
    );
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
