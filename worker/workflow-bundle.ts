import { createHash } from 'node:crypto';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

const ROOT = path.join(import.meta.dirname, '..');
/** Rooms that can be in the bundle. */
const SOURCES = ['domain', 'nodes', 'walk', 'workflows'];
const MAKE_BUNDLE = path.join(import.meta.dirname, 'make-bundle.ts');
const run = promisify(execFile);

/**
 * The file with the bundled workflow code, made once for each state of its sources.
 * @param folder where bundles are kept
 */
export async function workflowBundle(folder: string): Promise<string> {
  const file = path.join(folder, `workflows-${await sourceHash()}.cjs`);
  try {
    await readFile(file);
    return file;
  } catch {
    await mkdir(folder, { recursive: true });
    // In a process of its own: the bundler's memory would stay this one's.
    await run(process.execPath, ['--import', 'tsx', MAKE_BUNDLE, file], { cwd: ROOT });
    return file;
  }
}

async function sourceHash(): Promise<string> {
  const hash = createHash('sha256');
  // The bundle must be made by the worker's own version.
  hash.update(createRequire(import.meta.url).resolve('@temporalio/worker'));
  hash.update(await readFile(createRequire(import.meta.url).resolve('@temporalio/worker/package.json')));
  for (const room of SOURCES) {
    const entries = await readdir(path.join(ROOT, room), { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => path.join(entry.parentPath, entry.name))
      .sort();
    for (const file of files) hash.update(path.relative(ROOT, file)).update(await readFile(file));
  }
  return hash.digest('hex').slice(0, 16);
}
