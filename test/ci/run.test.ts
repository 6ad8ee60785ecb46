import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const RUN = path.join(import.meta.dirname, '../../.ci/run');

/** Stand-ins for what the script calls: each part of it does what the test says, and `timeout` has no patience. */
const PROGRAMS = {
  node: 'exit 0',
  npm: `
    echo "$*" >> calls
    case "$*" in
      'run lint') exit "$LINT" ;;
      'run types') exit 0 ;;
      *chaos*) eval "$CHAOS" ;;
      test) printf '%s\\n' "$TESTS"; exit "$TESTED" ;;
    esac`,
  timeout: `
    given=("$@")
    exec "$TIMEOUT" "\${given[@]/%600/1}"`,
};

interface Parts {
  /** What chaos does, as shell. */
  readonly chaos?: string;
  readonly lint?: number;
  readonly tests?: string;
  readonly tested?: number;
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tidings-ci-'));
  await mkdir(path.join(folder, '.ci'));
  await cp(RUN, path.join(folder, '.ci/run'));
  await mkdir(path.join(folder, 'bin'));
  for (const [name, text] of Object.entries(PROGRAMS)) {
    const file = path.join(folder, 'bin', name);
    await writeFile(file, `#!/usr/bin/env bash\n${text}\n`);
    await chmod(file, 0o755);
  }
});
afterEach(() => rm(folder, { recursive: true }));

function run({ chaos = 'exit 0', lint = 0, tests = '7 passed, 0 failed', tested = 0 }: Parts) {
  const { PATH = '' } = process.env;
  const timeout = spawnSync('bash', ['-c', 'command -v timeout'], { encoding: 'utf8' }).stdout.trim();
  const { status, stdout } = spawnSync('bash', [path.join(folder, '.ci/run')], {
    encoding: 'utf8',
    timeout: 20_000,
    env: {
      PATH: `${path.join(folder, 'bin')}:${PATH}`,
      TIMEOUT: timeout,
      CHAOS: chaos,
      LINT: String(lint),
      TESTS: tests,
      TESTED: String(tested),
    },
  });
  return { status, lastLine: stdout.trim().split('\n').at(-1) };
}

async function timesOfChaos(): Promise<number> {
  const calls = await readFile(path.join(folder, 'calls'), 'utf8');
  return calls.split('\n').filter((call) => call.includes('chaos')).length;
}

describe('what must pass before anything lands', () => {
  it('counts a rehearsal that passes as one test', async () => {
    expect(run({})).toEqual({ status: 0, lastLine: '8 passed, 0 failed' });
    expect(await timesOfChaos()).toBe(1);
  });

  it('fails when the rehearsal has found a broken promise, and does not ask it again', async () => {
    expect(run({ chaos: 'exit 1' })).toEqual({ status: 1, lastLine: '7 passed, 1 failed' });
    expect(await timesOfChaos()).toBe(1);
  });

  it('fails when the rehearsal hangs', () => {
    expect(run({ chaos: 'exec sleep 15' })).toEqual({ status: 1, lastLine: '7 passed, 1 failed' });
  });

  it('carries a rehearsal out again that the machine did not let end', async () => {
    const chaos = 'if [ -e tried ]; then exit 0; fi; touch tried; exit 2';
    expect(run({ chaos })).toEqual({ status: 0, lastLine: '8 passed, 0 failed' });
    expect(await timesOfChaos()).toBe(2);
  });

  it('fails when the machine does not let it end twice', async () => {
    expect(run({ chaos: 'exit 2' })).toEqual({ status: 1, lastLine: '7 passed, 1 failed' });
    expect(await timesOfChaos()).toBe(2);
  });

  it('adds a failed rehearsal to tests that fail', () => {
    const parts = { chaos: 'exit 1', tests: '5 passed, 2 failed', tested: 1 };
    expect(run(parts)).toEqual({ status: 1, lastLine: '5 passed, 3 failed' });
  });

  it('counts a linter that complains as a failed test', () => {
    expect(run({ lint: 1 })).toEqual({ status: 1, lastLine: '8 passed, 1 failed' });
  });

  it('says that something failed when the tests have not even counted themselves', () => {
    expect(run({ tests: 'Out of memory.', tested: 1 })).toEqual({
      status: 1,
      lastLine: '1 passed, 1 failed',
    });
  });
});
