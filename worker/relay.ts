import {
  defineSearchAttributeKey,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
} from '@temporalio/common';
import { markRelayed, takeRunsToRelay, type RunToRelay } from '../database/relay.ts';
import type { Pool } from '../database/pool.ts';
import { inTransaction } from '../database/transaction.ts';
import { RUN_WORKFLOW, SEARCH_ATTRIBUTES, TASK_QUEUE } from '../domain/temporal-names.ts';
import { withDeadline, type TemporalClient } from './temporal.ts';

const LIMIT = 10;

/**
 * Starts the workflows of runs that were launched, each exactly once: a run's workflow id is its own for ever.
 *
 * A launch is safe from its commit on, whether Temporal is there or not.
 * @returns whether there may be more
 */
export function relayRuns(pool: Pool, temporal: TemporalClient): Promise<boolean> {
  return inTransaction(pool, async (connection) => {
    const runs = await takeRunsToRelay(connection, LIMIT);
    for (const run of runs) {
      await startRun(temporal, run);
      await markRelayed(connection, run.id);
    }
    return runs.length === LIMIT;
  });
}

async function startRun(temporal: TemporalClient, run: RunToRelay): Promise<void> {
  try {
    await withDeadline(temporal, () =>
      temporal.client.workflow.start(RUN_WORKFLOW, {
        workflowId: run.workflowId,
        taskQueue: TASK_QUEUE,
        args: [{ runId: run.id, scenarioName: run.scenarioName }],
        workflowIdReusePolicy: 'REJECT_DUPLICATE',
        workflowIdConflictPolicy: 'FAIL',
        typedSearchAttributes: searchAttributesOf(run),
        staticSummary: run.scenarioName.slice(0, 200),
        staticDetails: `Run \`${run.id}\` of scenario \`${run.scenarioId}\` in project \`${run.projectKey}\`.`,
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function searchAttributesOf(run: RunToRelay): TypedSearchAttributes {
  const keyword = (
    name: string,
    value: string,
  ): { key: ReturnType<typeof defineKeyword>; value: string } => ({
    key: defineKeyword(name),
    value,
  });
  return new TypedSearchAttributes([
    keyword(SEARCH_ATTRIBUTES.project, run.projectKey),
    keyword(SEARCH_ATTRIBUTES.scenario, run.scenarioId),
    keyword(SEARCH_ATTRIBUTES.run, run.id),
    keyword(SEARCH_ATTRIBUTES.state, 'running'),
  ]);
}

function defineKeyword(name: string): ReturnType<typeof defineSearchAttributeKey<'KEYWORD'>> {
  return defineSearchAttributeKey(name, 'KEYWORD');
}
