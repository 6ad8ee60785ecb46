import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bundleWorkflowCode } from '@temporalio/worker';

const ROOT = path.join(import.meta.dirname, '..');
/** Rooms that can be in the bundle. */
const SOURCES = ['domain', 'nodes', 'walk', 'workflows'];
const WORKFLOWS = path.join(ROOT, 'workflows', 'index.ts');

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
    const { code } = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: silentLogger });
    await mkdir(folder, { recursive: true });
    const unfinished = `${file}.${process.pid}`;
    await writeFile(unfinished, code);
    await rename(unfinished, file);
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

const ignore = (): void => undefined;
const silentLogger = {
  log: ignore,
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};
