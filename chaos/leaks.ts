import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { LeakSearch } from './leak-search.ts';
import type { Rig } from './rig.ts';

export interface Leaks {
  /** Log files and workflows in which a number of the audience stands although it must not. */
  readonly places: readonly string[];
  /** What was searched, and for how many numbers. */
  readonly searched: { readonly logs: number; readonly histories: number; readonly numbers: number };
}

/** Looks for phone numbers of the audience where there must be none: in log files and histories of Temporal. */
export async function findLeaks(rig: Rig): Promise<Leaks> {
  const { rows } = await rig.pool.query<{ phone: string }>(
    `SELECT phone FROM customer WHERE phone_state = 'valid' AND phone IS NOT NULL`,
  );
  const search = new LeakSearch(rows.map(({ phone }) => phone));
  const folder = path.join(rig.home, 'logs');
  const logs = await readdir(folder);
  for (const file of logs) search.look(file, await readFile(path.join(folder, file), 'utf8'));
  let histories = 0;
  await rig.withTemporal(async (client) => {
    for await (const { workflowId, runId } of client.workflow.list({})) {
      search.lookIntoHistory(workflowId, await client.workflow.getHandle(workflowId, runId).fetchHistory());
      histories += 1;
    }
  });
  return { places: [...search.places], searched: { logs: logs.length, histories, numbers: rows.length } };
}
