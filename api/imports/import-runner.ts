import { sweepImports } from '../../database/imports/sweep-imports.ts';
import { sweepMedia } from '../../database/media/receive-media.ts';
import { runLoop } from '../../database/loop.ts';
import { importTurn, type ImportDependencies } from './import-turn.ts';

/** How long one job may go on while others wait. */
const TURN_MS = 5_000;

/** Carries out import jobs, and removes what broke off of them and of media, until the signal. Any number of processes may do so at once. */
export async function runImports(deps: ImportDependencies, signal: AbortSignal): Promise<void> {
  const { pool, log, config } = deps;
  const { importLeaseMs: leaseMs, sweepMs } = config.timings;
  const loops = [
    {
      name: 'imports',
      work: () => importTurn(deps, { leaseMs, turnMs: TURN_MS, signal }),
      idleMs: sweepMs,
    },
    {
      name: 'leftovers',
      work: async () => {
        await sweepImports(pool);
        await sweepMedia(pool);
        return false;
      },
      idleMs: leaseMs,
    },
  ];
  await Promise.all(loops.map((loop) => runLoop({ ...loop, signal, log })));
}
