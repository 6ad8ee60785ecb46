import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { UNKNOWN_WALK_VERSION } from '../domain/walk-version.ts';

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
 */
export async function contradicts(codePath: string, history: History): Promise<boolean> {
  const failure = await failureOfReplay(codePath, history);
  if (failure === undefined) return false;
  if (failure instanceof DeterminismViolationError) return true;
  const early = await failureOfReplay(codePath, recordedPart(history));
  return early !== undefined && !NO_WORD_OF_IT.some((words) => early.message.includes(words));
}

async function failureOfReplay(codePath: string, history: History): Promise<Error | undefined> {
  try {
    await Worker.runReplayHistory({ workflowBundle: { codePath } }, history);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Everything up to the last workflow task that came to its end, with what it has asked for. */
function recordedPart(history: History): History {
  const events = history.events ?? [];
  const last = events.findLastIndex((event) => event.workflowTaskCompletedEventAttributes);
  const next = events.findIndex((event, index) => index > last && event.workflowTaskScheduledEventAttributes);
  return { ...history, events: next === -1 ? events : events.slice(0, next) };
}
