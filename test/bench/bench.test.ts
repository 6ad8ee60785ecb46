import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { isAlive } from '../../stack/leftovers.ts';
import { readState } from '../../stack/state-file.ts';
import { endWithParent } from '../support/end-with-parent.ts';
import { removeHome, temporaryHome } from '../support/stack-process.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');
const CUSTOMERS = 300;

let home: string;

beforeAll(async () => {
  home = await temporaryHome();
});
afterAll(async () => {
  await removeHome(path.join(home, 'bench'));
  await removeHome(home);
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param onText told what it says so far, each time that it says something */
function bench(
  args: readonly string[],
  onText: (stderr: string, child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(ROOT, 'bench', 'main.ts'), ...args], {
    cwd: ROOT,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], TIDINGS_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  endWithParent(child, 'TERM');
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    onText(stderr, child);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

describe('npm run bench', () => {
  it('holds the engine against the bare loop, in one JSON object on its last line', async () => {
    const args = ['--only', 'bare,engine', '--customers', String(CUSTOMERS), '--json'];
    const { code, stdout, stderr } = await bench(args);
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    const summary = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number | null>;
    const { engine_messages_per_second: engine, bare_messages_per_second: bare } = summary;
    expect(summary['engine_to_bare']).toBeCloseTo((engine ?? 0) / (bare ?? 1), 2);
    expect(summary).toMatchObject({
      profile: 'production',
      engine_to_per_customer: null,
      events_per_message_spread: null,
      scale_100k_to_10k: null,
      webhook_ack_p99_ms: null,
    });
    // One cohort and its run: far below the events that 300 workflows would have.
    expect(summary['events_per_message']).toBeGreaterThan(0);
    expect(summary['events_per_message']).toBeLessThan(1);
  }, 150_000);

  it('leaves nothing running when it is interrupted', async () => {
    let stopped = false;
    const { code } = await bench(['--only', 'engine', '--customers', '300'], (stderr, child) => {
      if (stopped || !stderr.includes('Importing customers')) return;
      stopped = true;
      child.kill('SIGTERM');
    });
    expect({ code, stopped }).toEqual({ code: 130, stopped: true });
    const state = await readState(path.join(home, 'bench'));
    const processes = Object.values(state?.processes ?? {});
    expect(processes.length).toBeGreaterThan(4);
    expect(processes.filter(isAlive)).toEqual([]);
  }, 90_000);
});
