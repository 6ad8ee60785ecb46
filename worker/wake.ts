import { WorkflowNotFoundError } from '@temporalio/common';
import { markWoken, readRunsToWake, type OpenCohort, type RunToWake } from '../database/relay.ts';
import type { Pool } from '../database/pool.ts';
import { WAKE_SIGNAL } from '../domain/temporal-names.ts';
import type { Notice } from '../domain/rare-path.ts';
import { startCohortAgain, startRun } from './start-workflow.ts';
import { withDeadline, type TemporalClient } from './temporal.ts';
import { LOST_STATUSES, statusOf } from './workflow-status.ts';

const LIMIT = 10;
const AT_ONCE = 20;

/**
 * Tells the workflows of runs whose state was changed to look at the database; lost ones are started again.
 * @returns whether there may be more
 */
export async function wakeRuns(pool: Pool, temporal: TemporalClient, notice: Notice): Promise<boolean> {
  const runs = await readRunsToWake(pool, LIMIT);
  for (const run of runs) {
    if (run.relayed && !(await signalOpen(temporal, run.workflowId, WAKE_SIGNAL))) {
      await startRun(temporal, run, true);
      notice('restarted_from_database');
    }
    const cohorts = [...run.openCohorts];
    while (cohorts.length > 0)
      await Promise.all(
        cohorts.splice(0, AT_ONCE).map(async (cohort) => {
          if (await wakeCohort(temporal, run, cohort)) notice('restarted_from_database');
        }),
      );
    await markWoken(pool, run);
  }
  return runs.length === LIMIT;
}

/** A cohort that was never started is left to its run. @returns whether a workflow was started in its place */
async function wakeCohort(temporal: TemporalClient, run: RunToWake, cohort: OpenCohort): Promise<boolean> {
  if (await signalOpen(temporal, cohort.workflowId, WAKE_SIGNAL)) return false;
  const status = await statusOf(temporal, cohort.workflowId);
  const isLost = status === undefined ? cohort.walked : LOST_STATUSES.includes(status);
  if (!isLost) return false;
  await startCohortAgain(temporal, run, cohort);
  return true;
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
