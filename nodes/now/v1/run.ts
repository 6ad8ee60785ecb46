import type { NodeRun } from '../../../domain/node-run.ts';

/** The audience was frozen before the walk began: everybody goes on. */
export const runNow: NodeRun<Record<string, never>, Record<string, never>> = async function* (visit) {
  yield { next: visit.members };
};
