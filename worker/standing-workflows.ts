import type { Logger } from '../config/log.ts';
import { COHORT_WORKFLOW, RUN_WORKFLOW } from '../domain/temporal-names.ts';
import { WAITS_FOR_WORKER } from '../domain/walk-version.ts';
import { withDeadline, type TemporalClient } from './temporal.ts';

/** How long a workflow may stand still: a starved machine or a row of dead workers passes meanwhile. */
const PATIENCE_MS = 60_000;
/** Newest events that are looked at; signals come in also while a workflow stands still. */
const EVENTS = 500;

/**
 * Ends workflows of ours whose workflow task is taken by workers again and again and never completed.
 *
 * Their history can't be followed and no worker could say so, or they hang: they would stand still for ever without a
 * word. Ended they count as lost like any that was terminated by hand: their run is paused with a reason and goes on
 * from the database. Temporal names what has failed five times in a row (`TemporalReportedProblems`, Temporal 1.30).
 * A cohort that waits for a worker that knows its version is left alone.
 */
export async function endStandingWorkflows(
  temporal: TemporalClient,
  namespace: string,
  log: Logger,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const query =
    `ExecutionStatus = 'Running' AND WorkflowType IN ('${COHORT_WORKFLOW}', '${RUN_WORKFLOW}')` +
    ` AND TemporalReportedProblems IS NOT NULL`;
  for await (const { workflowId, runId } of temporal.client.workflow.list({ query })) {
    const since = await standsSince(temporal, namespace, { workflowId, runId });
    if (since === undefined || Date.now() - since < patienceMs) continue;
    log.error({ workflow: workflowId, since: new Date(since) }, 'a workflow stands still; it is ended');
    const handle = temporal.client.workflow.getHandle(workflowId, runId);
    await withDeadline(temporal, () =>
      handle.terminate('Its workflow task was tried in vain again and again.'),
    );
  }
}

/** When the first workflow task was made that was not completed; undefined when one has been, or waits for a version. */
async function standsSince(
  { client, connection }: TemporalClient,
  namespace: string,
  execution: { readonly workflowId: string; readonly runId: string },
): Promise<number | undefined> {
  const { history } = await withDeadline({ client, connection }, () =>
    connection.workflowService.getWorkflowExecutionHistoryReverse({
      namespace,
      execution,
      maximumPageSize: EVENTS,
    }),
  );
  let since: number | undefined;
  for (const event of history?.events ?? []) {
    if (event.workflowTaskCompletedEventAttributes) break;
    // Of an error in a workflow task only the message comes through.
    if (event.workflowTaskFailedEventAttributes?.failure?.message?.endsWith(WAITS_FOR_WORKER))
      return undefined;
    if (event.workflowTaskScheduledEventAttributes) since = Number(event.eventTime?.seconds ?? 0) * 1_000;
  }
  return since;
}
