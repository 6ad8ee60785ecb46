import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { millionLines } from './million.ts';
import { reportOf } from './report.ts';
import type { BenchResult } from './result-file.ts';

interface RawFile {
  readonly name: string;
  readonly result: BenchResult;
}

/**
 * Makes the page from the newest raw figures of a standard run, and those of the newest run of a million customers.
 *
 * A quick run, or one with another number of customers, changes nothing of it; without a standard run there is no page.
 */
export async function writePage(folder: string, page: string): Promise<void> {
  const files = await readNewestFirst(folder);
  const standard = files.find(({ result }) => isStandard(result));
  if (!standard) return;
  const million = files.find(({ result }) => result.figures.engine_large?.messages === 1_000_000);
  const lines = million ? millionLines(million.result, `results/${million.name}`) : [];
  await writeFile(page, reportOf(standard.result, `results/${standard.name}`, lines));
}

/** Everything was measured, at the sizes that are compared. */
function isStandard({ summary, figures }: BenchResult): boolean {
  return summary.scale_100k_to_10k !== null && figures.webhooks !== undefined && figures.bare !== undefined;
}

async function readNewestFirst(folder: string): Promise<readonly RawFile[]> {
  const names = (await readdir(folder))
    .filter((name) => name.endsWith('.json'))
    .sort()
    .reverse();
  return Promise.all(
    names.map(async (name) => ({
      name,
      // Written by us alone.
      result: JSON.parse(await readFile(path.join(folder, name), 'utf8')) as BenchResult,
    })),
  );
}
