import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import path from 'node:path';

const RUNS = 2_000;

/** What must have come up in so many interleavings; otherwise they have proven nothing of it. */
const RARE = [
  'submitting → unknown',
  'submitting → queued',
  'unknown → accepted',
  'unknown → submitting',
  'unknown → unresolved',
  'queued → cancelled',
  'second call',
  'known id refused',
  'doubt ended by a call that was not made',
  'repeat that was not sent',
  'call kept in because it would have been late',
  'call within a second of what forbids it',
  'failed → delivered',
  'put off until the morning',
];

interface Summary {
  readonly runs: number;
  readonly seen: Readonly<Record<string, number>>;
}

/** A process of its own: the simulation replaces the clocks of the whole process. */
async function simulate(): Promise<{ readonly code: number | null; readonly output: string }> {
  const main = path.join(import.meta.dirname, 'main.ts');
  const child = spawn(
    process.execPath,
    ['--max-semi-space-size=64', '--import', 'tsx', main, '--runs', String(RUNS)],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  return { output: await text(child.stdout), code: await ended };
}

describe('whatever is killed, frozen, lost or comes in between', () => {
  it('no message is sent twice, sent against a STOP, or lost', async () => {
    const { code, output } = await simulate();
    if (code !== 0) throw new Error(output);
    const { runs, seen } = JSON.parse(output) as Summary;
    expect(runs).toBe(RUNS);
    expect(RARE.filter((what) => !seen[what])).toEqual([]);
  }, 120_000);
});
