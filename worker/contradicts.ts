import type { WorkflowHandle } from '@temporalio/client';
import { ReplayError, Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { UNKNOWN_WALK_VERSION } from '../domain/walk-version.ts';

/** As the SDK says that the code failed, not the replay. */
const OF_THE_CODE = 'workflow task failure';

type History = Awaited<ReturnType<WorkflowHandle['fetchHistory']>>;

/** What says nothing of the history: another release must follow it, or the machine was too busy. */
const NO_WORD_OF_IT = [UNKNOWN_WALK_VERSION, 'Script execution timed out'];

/**
 * Whether the workflow code decides otherwise than a history says.
 *
 * Code that fails where the first run did not has decided otherwise before, though Temporal may not see it: an answer
 * that was recorded for one local activity is given to another one. Code that fails behind everything that was recorded
 * contradicts nothing, nor does one that does not know the version.
 * @param codePath file with the bundled workflow code
 * @param history as Temporal's client fetches it
 * @throws Error when there was no replay
 */
export async function contradicts(codePath: string, history: History): Promise<boolean> {
  const failure = await failureOfReplay(codePath, history);
  if (!(failure instanceof ReplayError)) return failure !== undefined;
  const early = await failureOfReplay(codePath, recordedPart(history));
  return early !== undefined && !NO_WORD_OF_IT.some((words) => early.message.includes(words));
}

/** What the code or the history is to blame for. @throws Error for anything else, such as a bundle that is not there */
async function failureOfReplay(
  codePath: string,
  history: History,
): Promise<DeterminismViolationError | ReplayError | undefined> {
  try {
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history);
    return undefined;
  } catch (error) {
    if (error instanceof DeterminismViolationError) return error;
    if (error instanceof ReplayError && error.message.includes(OF_THE_CODE)) return error;
    throw error;
  }
}

/** Everything up to the last workflow task that came to its end, with what it has asked for. */
function recordedPart(history: History): History {
  const events = history.events ?? [];
  const last = events.findLastIndex((event) => event.workflowTaskCompletedEventAttributes);
  const next = events.findIndex((event, index) => index > last && event.workflowTaskScheduledEventAttributes);
  return { ...history, events: next === -1 ? events : events.slice(0, next) };
}
