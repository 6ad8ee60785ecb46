import type { CrashPoint } from '../domain/crash-point.ts';
import type { Rig } from './rig.ts';

/** A process that was frozen at a point of the code, from before to behind, milliseconds since the epoch. */
export interface Freeze {
  readonly point: CrashPoint;
  readonly from: number;
  readonly to: number;
}

/** Freezes the first process that comes to a point, until `thaw` resolves. @throws Impatience */
export async function freezeUntil(
  rig: Rig,
  point: CrashPoint,
  patienceMs: number,
  thaw: () => Promise<unknown>,
): Promise<Freeze> {
  const pid = await rig.freezeAt(point, patienceMs);
  const from = Date.now();
  try {
    await thaw();
  } finally {
    try {
      process.kill(pid, 'SIGCONT');
    } catch {
      // It was killed while it was frozen.
    }
  }
  return { point, from, to: Date.now() };
}
