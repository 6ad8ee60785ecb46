import { randomUUID } from 'node:crypto';
import { COHORT_WORKFLOW, RUN_WORKFLOW, SEARCH_ATTRIBUTES } from '../domain/temporal-names.ts';
import { until } from './patience.ts';
import type { Rig } from './rig.ts';

export type WorkflowFault = 'terminate' | 'reset';

/**
 * Does to a workflow of a run what somebody may do in the Temporal UI.
 * @returns its id, or undefined when none is open
 */
export async function killWorkflow(
  rig: Rig,
  runId: string,
  fault: WorkflowFault,
  kind: 'run' | 'cohort',
): Promise<string | undefined> {
  return rig.withTemporal(async (client) => {
    const type = kind === 'run' ? RUN_WORKFLOW : COHORT_WORKFLOW;
    const query = `${SEARCH_ATTRIBUTES.run} = '${runId}' AND WorkflowType = '${type}' AND ExecutionStatus = 'Running'`;
    const open = await until(
      `an open ${kind}`,
      async () => {
        for await (const { workflowId, runId: execution } of client.workflow.list({ query }))
          return { workflowId, execution };
        return undefined;
      },
      5_000,
    ).catch(() => undefined);
    if (!open) return undefined;
    const handle = client.workflow.getHandle(open.workflowId, open.execution);
    if (fault === 'terminate') await handle.terminate('rehearsal');
    else {
      // To the first decision that it made: everything that it has done since is done again.
      const { events } = await handle.fetchHistory();
      const first = events?.find(({ workflowTaskCompletedEventAttributes: made }) => made);
      await client.workflowService.resetWorkflowExecution({
        namespace: rig.access.namespace,
        workflowExecution: { workflowId: open.workflowId, runId: open.execution },
        reason: 'rehearsal',
        requestId: randomUUID(),
        workflowTaskFinishEventId: first?.eventId ?? null,
      });
    }
    return open.workflowId;
  });
}
