import { renameSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import type { Reach } from '../domain/crash-point.ts';

/**
 * Points of the code at which a rehearsal may end or freeze this process.
 *
 * `<folder>/<point>.kill` or `.stop` asks for one process: it takes the file away and gets SIGKILL, or renames it to
 * `<point>.stopped.<pid>` and gets SIGSTOP. Without a folder nothing is ever looked at.
 */
export function crashPoints(folder: string | undefined): Reach {
  if (folder === undefined) return () => undefined;
  return (point) => {
    const file = path.join(folder, point);
    if (done(() => unlinkSync(`${file}.kill`))) process.kill(process.pid, 'SIGKILL');
    if (done(() => renameSync(`${file}.stop`, `${file}.stopped.${process.pid}`)))
      process.kill(process.pid, 'SIGSTOP');
  };
}

function done(work: () => void): boolean {
  try {
    work();
    return true;
  } catch {
    return false;
  }
}
