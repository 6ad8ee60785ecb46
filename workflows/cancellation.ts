import { CancelledFailure, CancellationScope } from '@temporalio/workflow';

/**
 * Runs a workflow's work so that a cancellation from outside interrupts nothing: the work is told and ends by itself.
 *
 * The database must have the last word before the workflow ends, so nothing under way may be cut off.
 * @throws CancelledFailure once the work has ended, when it was cancelled
 */
export async function endingByItself<T>(work: () => Promise<T>, onCancel: () => void): Promise<T> {
  const { cancelRequested } = CancellationScope.current();
  let cancelled: CancelledFailure | undefined;
  cancelRequested.catch((error: unknown) => {
    if (error instanceof CancelledFailure) cancelled = error;
    onCancel();
  });
  const result = await CancellationScope.nonCancellable(work);
  if (cancelled) throw cancelled;
  return result;
}
