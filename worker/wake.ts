import { WorkflowNotFoundError } from '@temporalio/common';
import { markWoken, readRunsToWake } from '../database/relay.ts';
import type { Pool } from '../database/pool.ts';
import { WAKE_SIGNAL } from '../domain/temporal-names.ts';
import { withDeadline, type TemporalClient } from './temporal.ts';

const LIMIT = 10;
const AT_ONCE = 20;

/** Tells the workflows of runs whose state was changed to look at the database. @returns whether there may be more */
export async function wakeRuns(pool: Pool, temporal: TemporalClient): Promise<boolean> {
  const runs = await readRunsToWake(pool, LIMIT);
  for (const run of runs) {
    const ids = [...run.workflowIds];
    while (ids.length > 0)
      await Promise.all(ids.splice(0, AT_ONCE).map((id) => signalOpen(temporal, id, WAKE_SIGNAL)));
    await markWoken(pool, run);
  }
  return runs.length === LIMIT;
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
