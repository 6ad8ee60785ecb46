import { spawn, type ChildProcess } from 'node:child_process';

/** Waits until its parent is gone, then asks a process to end. */
const GUARD = 'read -r _; kill -s "$1" "$2"';

/**
 * Lets a child end when this process ends, however that comes about: what a killed run of tests leaves behind takes
 * memory and ports from the next one.
 */
export function endWithParent(child: ChildProcess, signal: 'KILL' | 'TERM' | 'QUIT' = 'KILL'): void {
  if (child.pid === undefined) return;
  // Detached: a signal to the whole group of this process must not end the guard before it has done its work.
  const guard = spawn('/bin/sh', ['-c', GUARD, 'guard', signal, String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.unref();
  child.once('exit', () => guard.kill('SIGKILL'));
}
