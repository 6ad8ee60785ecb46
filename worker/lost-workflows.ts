import type { Logger } from '../config/log.ts';
import { pauseRun } from '../database/change-run.ts';
import type { Pool } from '../database/pool.ts';
import { openAmong, readLedRuns, wakeRun } from '../database/relay.ts';
import { lostReason } from '../domain/lost-reason.ts';
import { COHORT_WORKFLOW, SEARCH_ATTRIBUTES } from '../domain/temporal-names.ts';
import type { TemporalClient } from './temporal.ts';
import { isLost, statusOf, LOST_STATUSES } from './workflow-status.ts';

/** Most ended cohorts of one run that are looked at at once. */
const LIMIT = 1_000;
const AT_ONCE = 20;

/**
 * Pauses runs whose workflow, or a cohort's, was terminated, failed or is not there: a named state instead of silence.
 *
 * Resuming such a run starts what was lost again, from the database. In a run that was cancelled nobody waits for an
 * operator: what was lost is started again at once, to end its members.
 */
export async function pauseRunsWithLostWorkflows(
  pool: Pool,
  temporal: TemporalClient,
  log: Logger,
): Promise<void> {
  for (const run of await readLedRuns(pool)) {
    const ownIsLost = await isLostOrMissing(temporal, run.workflowId);
    const lost = ownIsLost ? [run.workflowId] : await lostCohorts(pool, temporal, run.id);
    if (lost.length === 0) continue;
    log.warn({ run: run.id, workflow: lost[0], lost: lost.length }, 'workflows of a run are lost');
    await (run.cancelled ? wakeRun(pool, run.id) : pauseRun(pool, run.id, lostReason(lost)));
  }
}

/** At the start of a run its cohorts are not there yet, but its own workflow must be. */
async function isLostOrMissing(temporal: TemporalClient, workflowId: string): Promise<boolean> {
  const status = await statusOf(temporal, workflowId);
  return status === undefined || LOST_STATUSES.includes(status);
}

/** Workflows of open cohorts that ended before their work did. */
async function lostCohorts(pool: Pool, temporal: TemporalClient, runId: string): Promise<readonly string[]> {
  const ended = `ExecutionStatus IN ('Terminated', 'Failed', 'TimedOut', 'Canceled')`;
  const query = `${SEARCH_ATTRIBUTES.run} = '${runId}' AND WorkflowType = '${COHORT_WORKFLOW}' AND ${ended}`;
  const ids = new Set<string>();
  for await (const { workflowId } of temporal.client.workflow.list({ query })) {
    ids.add(workflowId);
    if (ids.size === LIMIT) break;
  }
  // One that was started again, or ended its cohort first, is not lost.
  const open = [...(await openAmong(pool, runId, [...ids]))].sort();
  const lost: string[] = [];
  while (open.length > 0) {
    const some = open.splice(0, AT_ONCE);
    const areLost = await Promise.all(some.map((workflowId) => isLost(temporal, workflowId)));
    lost.push(...some.filter((_, index) => areLost[index]));
  }
  return lost;
}
