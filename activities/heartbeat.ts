import { Context, heartbeat } from '@temporalio/activity';

/** Runs `work` while telling Temporal every second that this process lives: however long it takes. */
export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  // A local activity is a part of its workflow task and has no heartbeat of its own.
  if (Context.current().info.isLocal) return work();
  const timer = setInterval(() => heartbeat(), 1_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** Whether the attempt should stop: the worker shuts down, or Temporal has given the attempt up. */
export function isStopping(): boolean {
  return Context.current().cancellationSignal.aborted;
}
