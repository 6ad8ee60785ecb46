import type { Logger } from '../config/log.ts';
import { pauseRun } from '../database/change-run.ts';
import type { Pool } from '../database/pool.ts';
import { openAmong, readRunningRuns } from '../database/relay.ts';
import { COHORT_WORKFLOW, SEARCH_ATTRIBUTES } from '../domain/temporal-names.ts';
import type { TemporalClient } from './temporal.ts';
import { isLost, statusOf, LOST_STATUSES } from './workflow-status.ts';

/** Most ended cohorts of one run that are looked at at once. */
const LIMIT = 1_000;

/**
 * Pauses runs whose workflow, or a cohort's, was terminated, failed or is not there: a named state instead of silence.
 *
 * Resuming such a run starts what was lost again, from the database.
 */
export async function pauseRunsWithLostWorkflows(
  pool: Pool,
  temporal: TemporalClient,
  log: Logger,
): Promise<void> {
  for (const run of await readRunningRuns(pool)) {
    const lost = (await lostRun(temporal, run.workflowId)) ?? (await lostCohort(pool, temporal, run.id));
    if (lost === undefined) continue;
    log.warn({ run: run.id, workflow: lost }, 'a run is paused: its workflow is lost');
    await pauseRun(pool, run.id, `workflow_lost: ${lost}`);
  }
}

async function lostRun(temporal: TemporalClient, workflowId: string): Promise<string | undefined> {
  const status = await statusOf(temporal, workflowId);
  return status === undefined || LOST_STATUSES.includes(status) ? workflowId : undefined;
}

async function lostCohort(pool: Pool, temporal: TemporalClient, runId: string): Promise<string | undefined> {
  const ended = `ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled')`;
  const query = `${SEARCH_ATTRIBUTES.run} = '${runId}' AND WorkflowType = '${COHORT_WORKFLOW}' AND ${ended}`;
  const ids = new Set<string>();
  for await (const { workflowId } of temporal.client.workflow.list({ query })) {
    ids.add(workflowId);
    if (ids.size === LIMIT) break;
  }
  // One that was started again, or ended its cohort first, is not lost.
  for (const workflowId of await openAmong(pool, runId, [...ids]))
    if (await isLost(temporal, workflowId)) return workflowId;
  return undefined;
}
