import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const ROOT = path.join(import.meta.dirname, '..', '..');
/** Rooms that are in the bundle; below the repository they find its packages. */
const ROOMS = ['domain', 'nodes', 'walk', 'workflows'];
const FOLDER = path.join(ROOT, '.tidings', 'test');

/** Entries into one node after which a walk by version 2 ends. */
export const PASSES_OF_VERSION_2 = 3;

/**
 * Bundles workflow code of the day on which the walk gets a version 2: it still knows version 1, and whoever goes by
 * the new one leaves every loop after a few turns.
 * @returns the file, in a folder that the caller removes with it
 */
export async function bundleWithVersion2(): Promise<{ file: string; remove: () => Promise<void> }> {
  await mkdir(FOLDER, { recursive: true });
  const folder = await mkdtemp(path.join(FOLDER, 'walk-2-'));
  for (const room of ROOMS) await cp(path.join(ROOT, room), path.join(folder, room), { recursive: true });
  await change(path.join(folder, 'domain', 'walk-version.ts'), 'WALK_VERSION = 1', 'WALK_VERSION = 2');
  const rules = `maxPasses: ${PASSES_OF_VERSION_2}, maxOpenVisits: 32, maxStateLength: 32_768, gatherFromSize: 10`;
  await change(path.join(folder, 'walk', 'rules.ts'), '  1: {', `  2: { ${rules} },\n  1: {`);
  const workflowsPath = path.join(folder, 'workflows', 'index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const file = path.join(folder, 'bundle.cjs');
  await writeFile(file, code);
  return { file, remove: () => rm(folder, { recursive: true }) };
}

async function change(file: string, from: string, to: string): Promise<void> {
  const text = await readFile(file, 'utf8');
  if (!text.includes(from)) throw new Error(`${file} does not say "${from}".`);
  await writeFile(file, text.replace(from, to));
}
