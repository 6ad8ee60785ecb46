import type { NodeRun } from '../../../domain/node-run.ts';

export const runExit: NodeRun<{ reason: string }, Record<string, never>> = async function* (visit) {
  yield [
    { members: visit.members, outlet: '', outcome: 'exited', reason: visit.config.reason, exit: 'exit' },
  ];
};
