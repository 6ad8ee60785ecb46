import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Check } from './mutant.ts';
import { runProgram, type Ended } from './run-program.ts';

/** `passed`: it saw nothing; `failed`: it saw something wrong; `broken`: it could not look. */
export interface Verdict {
  readonly kind: 'passed' | 'failed' | 'broken';
  /** The first thing that it says of it. */
  readonly says: string;
}

/** Far more than any known mutant needs, always the same ones. */
const SIMULATION = ['--runs', '20000', '--seed', '1'];

/** Looks at a tree with one check. */
export async function runCheck(folder: string, check: Check): Promise<Verdict> {
  switch (check.kind) {
    case 'simulation':
      return ofSimulation(await runTypeScript(folder, 'test/simulation/main.ts', SIMULATION));
    case 'test':
      return ofTests(folder, await runTypeScript(folder, 'stack/commands/test.ts', [check.target]));
    case 'lint':
      return ofLint(
        await runProgram(folder, process.execPath, ['node_modules/eslint/bin/eslint.js', check.target]),
      );
  }
}

function runTypeScript(folder: string, file: string, args: readonly string[]): Promise<Ended> {
  return runProgram(folder, process.execPath, ['--max-semi-space-size=64', '--import', 'tsx', file, ...args]);
}

/** How a violation ends that is an error which the engine does not foresee: as world.ts says it. */
const UNFORESEEN = 'failed unforeseen';

function ofSimulation({ code, output }: Ended): Verdict {
  const lines = output.trim().split('\n');
  if (!lines.at(-1)?.startsWith('{"seed"')) return { kind: 'broken', says: lines.slice(-5).join('\n') };
  const says = lines[0] ?? '';
  // The engine has failed, or the simulated database does not know a statement: that is no broken rule.
  if (says.includes(UNFORESEEN)) return { kind: 'broken', says };
  return { kind: code === 0 ? 'passed' : 'failed', says };
}

interface JestResults {
  readonly numPassedTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

async function ofTests(folder: string, { output }: Ended): Promise<Verdict> {
  const broken: Verdict = { kind: 'broken', says: output.trim().split('\n').slice(-15).join('\n') };
  const file = path.join(folder, '.tidings/test/results.json');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return broken;
  const results = JSON.parse(text) as JestResults;
  const failed = results.testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed) return { kind: 'failed', says: failed.fullName };
  const looked = results.numRuntimeErrorTestSuites === 0 && results.numPassedTests > 0;
  return looked ? { kind: 'passed', says: '' } : broken;
}

function ofLint({ code, output }: Ended): Verdict {
  if (code === 0) return { kind: 'passed', says: '' };
  const said = /^\s+\d+:\d+\s+error\s+(.+?)\s{2,}/m.exec(output)?.[1];
  return said === undefined ? { kind: 'broken', says: output.trim() } : { kind: 'failed', says: said };
}
