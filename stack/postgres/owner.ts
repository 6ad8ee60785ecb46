import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Users that a server may run as when this process is root, the first that exists. */
const CANDIDATES = ['postgres', 'nobody'];

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Whom PostgreSQL must run as: it refuses root.
 * @returns undefined when this process is not root and can run it itself
 * @throws Error when no other user exists
 */
export async function serverOwner(): Promise<Owner | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of CANDIDATES) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
    } catch {
      continue;
    }
  }
  throw new Error(
    'PostgreSQL refuses to run as root, and there is no user "postgres" or "nobody". Start as another user, or set DATABASE_URL.',
  );
}

/** Whether any user can come to the path: every folder above it lets others through. */
export async function isReachable(target: string): Promise<boolean> {
  for (let folder = path.resolve(target); ; folder = path.dirname(folder)) {
    const mode = await stat(folder).then(
      (stats) => stats.mode,
      () => 0o777,
    );
    if ((mode & 0o001) === 0) return false;
    if (folder === path.dirname(folder)) return true;
  }
}
