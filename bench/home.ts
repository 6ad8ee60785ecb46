import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseEnvironment, type Variables } from '../config/environment.ts';
import { isRunning, stopLeftovers } from '../stack/leftovers.ts';
import { dataFolders } from '../stack/postgres/cluster.ts';
import { homeOf } from '../stack/settings.ts';
import { readState } from '../stack/state-file.ts';

/** Where the stack that is measured keeps its data: a folder of its own within the usual one. */
export function benchHome(variables: Variables): string {
  return path.join(homeOf(parseEnvironment(variables)), 'bench');
}

/** Empties the data folder; what was left running in it is stopped first. @throws Error when a measurement runs in it */
export async function freshHome(home: string): Promise<string> {
  const last = await readState(home);
  if (last && (await isRunning(last))) throw new Error('A measurement is running already.');
  await stopLeftovers(home, last, dataFolders(home));
  const folders = [home, ...dataFolders(home).map((folder) => path.dirname(folder))];
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
  await mkdir(home, { recursive: true });
  return home;
}
