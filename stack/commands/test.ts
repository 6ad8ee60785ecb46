import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { inheritedEnvironment } from '../../config/inherited.ts';
import { say } from '../say.ts';
import { locateTemporal } from '../temporal/locate.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const RESULTS = path.join(ROOT, '.tidings', 'test', 'results.json');

/** What Jest writes about a run. */
interface JestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numRuntimeErrorTestSuites: number;
}

/** `npm test`: the whole suite; its very last line is `N passed, N failed`. */
await mkdir(path.dirname(RESULTS), { recursive: true });
await rm(RESULTS, { force: true });
try {
  await locateTemporal();
  process.exitCode = await runJest(process.argv.slice(2));
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
const results = await readResults();
process.stdout.write(`${results.passed} passed, ${results.failed} failed\n`);

function runJest(args: readonly string[]): Promise<number> {
  const child = spawn(
    process.execPath,
    [path.join(ROOT, 'node_modules/jest/bin/jest.js'), '--json', '--outputFile', RESULTS, ...args],
    {
      cwd: ROOT,
      // With --json Jest prints its results a second time, on standard output.
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...inheritedEnvironment(),
        NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning',
      },
    },
  );
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** Suites that did not load count as failed tests; so does a run that left no results. */
async function readResults(): Promise<{ passed: number; failed: number }> {
  try {
    const results = JSON.parse(await readFile(RESULTS, 'utf8')) as JestResults;
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = results;
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: 1 };
  }
}
