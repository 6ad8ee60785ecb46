import { isGrpcServiceError } from '@temporalio/client';
import type { Logger } from '../config/log.ts';
import { markRelayed, takeRunsToRelay } from '../database/relay.ts';
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
 * @returns whether there may be more
 */
export function relayRuns(pool: Pool, temporal: TemporalClient, log: Logger, reach: Reach): Promise<boolean> {
  return inTransaction(pool, async (connection) => {
    const runs = await takeRunsToRelay(connection, LIMIT);
    let failed = 0;
    for (const run of runs) {
      try {
        await startRun(temporal, run);
        reach('after_relay');
        await markRelayed(connection, run.id);
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
