import { isGrpcServiceError } from '@temporalio/client';
import type { Logger } from '../config/log.ts';
import { isOnlyRelay, markRelayed, readRunsToRelay } from '../database/relay.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import type { Reach } from '../domain/crash-point.ts';
import { startRun } from './start-workflow.ts';
import type { TemporalClient } from './temporal.ts';

const LIMIT = 10;

/**
 * Starts the workflows of runs that were launched, each exactly once: a run's workflow id is its own for ever.
 *
 * A launch is safe from its commit on, whether Temporal is there or not. A run that can't be started holds up no other.
 * No row is locked while Temporal is called: what an operator does to a run never waits for it, and a workflow that
 * begins reads the run's state itself.
 * @returns whether there may be more
 */
export function relayRuns(pool: Pool, temporal: TemporalClient, log: Logger, reach: Reach): Promise<boolean> {
  return inTransaction(pool, async (connection) => {
    if (!(await isOnlyRelay(connection))) return false;
    const runs = await readRunsToRelay(connection, LIMIT);
    let failed = 0;
    for (const run of runs) {
      try {
        await startRun(temporal, run);
        reach('after_relay');
        await markRelayed(pool, run.id);
      } catch (error) {
        // Temporal itself is away or too busy: the others would wait for it as long.
        if (isGrpcServiceError(error)) throw error;
        failed += 1;
        log.warn({ err: error, run: run.id }, 'a run could not be started; it is tried again');
      }
    }
    return runs.length === LIMIT && failed === 0;
  });
}
