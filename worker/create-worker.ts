import type { NativeConnection } from '@temporalio/worker';
import { Worker } from '@temporalio/worker';
import { createActivities } from '../activities/create-activities.ts';
import type { Dependencies } from '../activities/dependencies.ts';
import { TASK_QUEUE } from '../domain/temporal-names.ts';

/** Cohorts kept in memory; about 1 MB each. */
const CACHED_WORKFLOWS = 300;
const CONCURRENT_ACTIVITIES = 16;
/** For how long an activity goes on as if nothing had happened; then it claims nothing more and ends what it has. */
const SHUTDOWN_GRACE_MS = 500;

/**
 * A workflow whose history the code can't follow fails instead of being tried for ever: its run is paused with a
 * reason, and what was lost goes on from the database when an operator resumes it.
 */
const UNFOLLOWED = { '*': ['NondeterminismError'] };

export interface WorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** File with the bundled workflow code. */
  readonly codePath: string;
  /** Cohorts kept in memory. Default 300. */
  readonly cachedWorkflows?: number;
}

/** Temporal's worker with our workflows and activities. */
export function createWorker(deps: Dependencies, options: WorkerOptions): Promise<Worker> {
  return Worker.create({
    connection: options.connection,
    namespace: options.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath: options.codePath },
    activities: createActivities(deps),
    maxCachedWorkflows: options.cachedWorkflows ?? CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    workflowFailureErrorTypes: UNFOLLOWED,
  });
}
