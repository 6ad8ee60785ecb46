import type { MergeStates, NodeRun } from '../../../domain/node-run.ts';

type WaitState = { until?: number };

export const runWait: NodeRun<{ forMs: number }, WaitState> = async function* (visit, context) {
  visit.state.until ??= context.deadline(visit.config.forMs);
  await context.sleepUntil(visit.state.until);
  yield { next: visit.members };
};

export const mergeWaits: MergeStates<WaitState> = (a, b) => ({
  until: Math.max(a.until ?? 0, b.until ?? 0),
});
