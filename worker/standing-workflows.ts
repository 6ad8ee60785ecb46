import { WorkflowNotFoundError } from '@temporalio/common';
import type { Logger } from '../config/log.ts';
import type { Pool } from '../database/pool.ts';
import { readLedRuns } from '../database/relay.ts';
import { SEARCH_ATTRIBUTES } from '../domain/temporal-names.ts';
import { contradicts } from './contradicts.ts';
import { withDeadline, type TemporalClient } from './temporal.ts';

/** How long a workflow may fail before its history is looked at, and before it is looked at again. */
const PATIENCE_MS = 60_000;

export interface StandingOptions {
  readonly pool: Pool;
  readonly temporal: TemporalClient;
  readonly log: Logger;
  /** The file with the bundled workflow code; asked for when there is a history to look at. */
  readonly bundle: () => Promise<string>;
  /** Default one minute. */
  readonly patienceMs?: number;
}

/**
 * Ends workflows that stand still because the workflow code can't follow their history and no worker could say so.
 *
 * Temporal names workflows whose task has failed five times in a row (`TemporalReportedProblems`, Temporal 1.30). Most of
 * them go on once their workers live again, or know their version. Only one whose history a replay contradicts would
 * stand still for ever without a word. Ended it counts as lost like any that was terminated by hand: its run is paused
 * with a reason and goes on from the database.
 */
export class StandingWorkflows {
  private readonly options: StandingOptions;
  /** When each was seen to fail, or looked at, last, by execution. */
  private seen = new Map<string, number>();

  constructor(options: StandingOptions) {
    this.options = options;
  }

  /** Looks round once. */
  async end(): Promise<void> {
    const { patienceMs = PATIENCE_MS, pool } = this.options;
    const before = this.seen;
    this.seen = new Map();
    for (const run of await readLedRuns(pool)) {
      for (const { workflowId, runId } of await this.failing(run.id)) {
        const seenAt = before.get(runId) ?? performance.now();
        const isDue = performance.now() - seenAt >= patienceMs;
        this.seen.set(runId, isDue ? performance.now() : seenAt);
        if (isDue) await this.endUnlessFollowed(workflowId, runId);
      }
    }
  }

  private async failing(runId: string): Promise<readonly { workflowId: string; runId: string }[]> {
    const { client } = this.options.temporal;
    const failing: { workflowId: string; runId: string }[] = [];
    const query = `${SEARCH_ATTRIBUTES.run} = '${runId}' AND ExecutionStatus = 'Running' AND TemporalReportedProblems IS NOT NULL`;
    for await (const execution of client.workflow.list({ query })) failing.push(execution);
    return failing;
  }

  private async endUnlessFollowed(workflowId: string, runId: string): Promise<void> {
    const { temporal, log, bundle } = this.options;
    const handle = temporal.client.workflow.getHandle(workflowId, runId);
    try {
      const history = await withDeadline(temporal, () => handle.fetchHistory());
      if (!(await contradicts(await bundle(), history))) return;
      log.error({ workflow: workflowId }, 'the history of a workflow can not be followed; it is ended');
      await withDeadline(temporal, () => handle.terminate('Its history can not be followed.'));
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}
