import { stopOnInterrupt } from './interrupt.ts';
import { descendants } from './processes.ts';

/**
 * Runs `work` while these processes, and all that they started, stand still.
 *
 * Where there is no /proc only the processes themselves do.
 */
export async function whileFrozen<T>(
  pids: Readonly<Record<string, number>>,
  work: () => Promise<T>,
): Promise<T> {
  const all = await descendants(Object.values(pids));
  signalAll(all, 'SIGSTOP');
  const thaw = stopOnInterrupt(() => {
    signalAll(all, 'SIGCONT');
    return Promise.resolve();
  });
  try {
    return await work();
  } finally {
    await thaw();
  }
}

function signalAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended in the meantime.
    }
  }
}
