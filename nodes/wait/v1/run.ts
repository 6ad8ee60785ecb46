import type { NodeRun } from '../../../domain/node-run.ts';

export const runWait: NodeRun<{ forMs: number }, { until?: number }> = async function* (visit, context) {
  visit.state.until ??= context.deadline(visit.config.forMs);
  await context.sleepUntil(visit.state.until);
  yield { next: visit.members };
};
