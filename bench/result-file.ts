import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Figures } from './figures.ts';
import { writePage } from './results-page.ts';
import type { BenchSummary } from './summary.ts';

const run = promisify(execFile);
const RESULTS = path.join(import.meta.dirname, 'results');

/** One measurement with everything that is needed to make it again. */
export interface BenchResult {
  readonly command: string;
  /** With a `+` when files differed from it. */
  readonly commit: string;
  readonly at: string;
  readonly seconds: number;
  readonly machine: {
    readonly cpus: number;
    readonly cpu: string;
    readonly memory_gb: number;
    readonly system: string;
    readonly node: string;
  };
  readonly summary: BenchSummary;
  readonly figures: Figures;
}

export async function benchResult(
  command: string,
  seconds: number,
  summary: BenchSummary,
  figures: Figures,
): Promise<BenchResult> {
  const cpus = os.cpus();
  return {
    command,
    commit: await commit(),
    at: new Date().toISOString(),
    seconds: Math.round(seconds),
    machine: {
      cpus: cpus.length,
      cpu: cpus[0]?.model.trim() ?? 'unknown',
      memory_gb: Math.round(os.totalmem() / 2 ** 30),
      system: `${os.platform()} ${os.arch()}`,
      node: process.version,
    },
    summary,
    figures,
  };
}

/** Writes the raw figures, and the page that is made of the newest ones. @returns the raw file, below the repository */
export async function writeResult(result: BenchResult): Promise<string> {
  await mkdir(RESULTS, { recursive: true });
  const name = `${result.at.slice(0, 19).replace(/[-:]/g, '')}-${result.commit.replace('+', '')}.json`;
  await writeFile(path.join(RESULTS, name), `${JSON.stringify(result, null, 2)}\n`);
  await writePage(RESULTS, path.join(import.meta.dirname, 'RESULTS.md'));
  return path.join('bench', 'results', name);
}

async function commit(): Promise<string> {
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', args, { cwd: import.meta.dirname })).stdout.trim();
  try {
    const changed = (await git('status', '--porcelain', '--untracked-files=no')) !== '';
    return `${await git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return 'unknown';
  }
}
