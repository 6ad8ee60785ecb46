import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { RARE_PATHS, type RarePath } from '../domain/rare-path.ts';
import type { Rig } from './rig.ts';

export type RarePathCounts = Readonly<Record<RarePath, number>>;

const LINE = /"rarePath":"([a-z_]+)","count":(\d+)/g;

/**
 * How often each rare path was taken: what the processes told in their logs, and numbers that opted out while their
 * message waited, which the opt-out itself ends.
 *
 * What a look-up finds is folded like a receipt and told twice; as a receipt it counts only beyond that.
 */
export async function countRarePaths(rig: Pick<Rig, 'home' | 'pool'>): Promise<RarePathCounts> {
  const counts = Object.fromEntries(RARE_PATHS.map((name) => [name, 0])) as Record<RarePath, number>;
  const folder = path.join(rig.home, 'logs');
  for (const file of await readdir(folder)) {
    const text = await readFile(path.join(folder, file), 'utf8');
    for (const [, name, count] of text.matchAll(LINE)) {
      if (isRarePath(name)) counts[name] += Number(count);
    }
  }
  counts.proven_by_receipt = Math.max(0, counts.proven_by_receipt - counts.found_by_lookup);
  const { rows } = await rig.pool.query<{ count: string }>(
    `SELECT count(*) FROM message WHERE state = 'cancelled' AND error = 'opted_out'`,
  );
  counts.stop_blocked += Number(rows[0]?.count ?? 0);
  return counts;
}

function isRarePath(name: string | undefined): name is RarePath {
  return RARE_PATHS.some((known) => known === name);
}
