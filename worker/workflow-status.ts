import { WorkflowNotFoundError } from '@temporalio/common';
import type { WorkflowExecutionStatusName } from '@temporalio/client';
import { withDeadline, type TemporalClient } from './temporal.ts';

/** How a workflow ends that has not come to the end of its work. */
export const LOST_STATUSES: readonly WorkflowExecutionStatusName[] = [
  'TERMINATED',
  'FAILED',
  'TIMED_OUT',
  'CANCELLED',
];

/** The status of the latest execution of a workflow id, undefined when there is none. */
export async function statusOf(
  temporal: TemporalClient,
  workflowId: string,
): Promise<WorkflowExecutionStatusName | undefined> {
  try {
    const { status } = await withDeadline(temporal, () =>
      temporal.client.workflow.getHandle(workflowId).describe(),
    );
    return status.name;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Whether the latest execution of a workflow id ended before its work did. */
export async function isLost(temporal: TemporalClient, workflowId: string): Promise<boolean> {
  const status = await statusOf(temporal, workflowId);
  return status !== undefined && LOST_STATUSES.includes(status);
}
