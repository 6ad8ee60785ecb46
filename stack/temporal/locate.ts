import { execFile } from 'node:child_process';
import { chmod, mkdir, rename } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../../config/cache-folder.ts';
import { exists } from '../exists.ts';
import { say } from '../say.ts';
import { buildTemporal } from './build.ts';
import { downloadTemporal } from './download.ts';
import { TEMPORAL_VERSION } from './version.ts';

const run = promisify(execFile);

/**
 * Path of the Temporal CLI in our version: on PATH, in the user's cache, downloaded, or built with Go.
 * @throws Error that says what to do when no way is open
 */
export async function locateTemporal(): Promise<string> {
  if (await isOurVersion('temporal')) return 'temporal';
  const cached = path.join(cacheFolder(), 'temporal', TEMPORAL_VERSION, 'temporal');
  if (await exists(cached)) return cached;
  await mkdir(path.dirname(cached), { recursive: true });
  const unfinished = `${cached}.${process.pid}`;
  const failures: string[] = [];
  for (const [way, get] of [
    ['download', downloadTemporal],
    ['build with Go', buildTemporal],
  ] as const) {
    try {
      await get(unfinished);
      await chmod(unfinished, 0o755);
      await rename(unfinished, cached);
      return cached;
    } catch (error) {
      failures.push(`${way}: ${error instanceof Error ? error.message : String(error)}`);
      say(`The Temporal server could not be had by ${way}.`);
    }
  }
  throw new Error(
    `The Temporal server ${TEMPORAL_VERSION} is needed. Do one of these and start again: connect to the internet, ` +
      `install Go, put temporal ${TEMPORAL_VERSION} on PATH, or set TEMPORAL_ADDRESS to a running cluster ` +
      `(${os.platform()} ${os.arch()}; ${failures.join('; ')}).`,
  );
}

async function isOurVersion(program: string): Promise<boolean> {
  try {
    const { stdout } = await run(program, ['--version'], { timeout: 10_000 });
    return stdout.includes(`version ${TEMPORAL_VERSION} `);
  } catch {
    return false;
  }
}
