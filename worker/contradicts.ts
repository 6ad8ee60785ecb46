import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';

/**
 * Whether the workflow code decides otherwise than a history says.
 *
 * Code that only fails, such as one that does not know the version, contradicts nothing.
 * @param codePath file with the bundled workflow code
 * @param history as Temporal's client fetches it
 */
export async function contradicts(codePath: string, history: unknown): Promise<boolean> {
  try {
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history);
    return false;
  } catch (error) {
    return error instanceof DeterminismViolationError;
  }
}
