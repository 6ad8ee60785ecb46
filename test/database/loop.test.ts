import { createLog } from '../../config/log.ts';
import { runLoop } from '../../database/loop.ts';

const log = createLog('test', 'silent');

interface Rounds {
  /** When each round began, in milliseconds from the start. */
  readonly at: readonly number[];
  readonly durationMs: number;
}

/** Runs a loop until `round` aborts it. @param round gets its number, from 1 */
async function rounds(
  idleMs: number,
  round: (number: number, stop: AbortController) => boolean | Promise<boolean>,
): Promise<Rounds> {
  const stop = new AbortController();
  const start = performance.now();
  const at: number[] = [];
  await runLoop({
    name: 'tested',
    idleMs,
    signal: stop.signal,
    log,
    work: async () => {
      at.push(performance.now() - start);
      return round(at.length, stop);
    },
  });
  return { at, durationMs: performance.now() - start };
}

const gaps = ({ at }: Rounds): readonly number[] =>
  at.slice(1).map((instant, index) => instant - (at[index] ?? 0));

describe('a loop', () => {
  it('goes on at once while there may be more, and rests when there is nothing', async () => {
    const run = await rounds(150, (number, stop) => {
      if (number === 5) stop.abort();
      return number < 3;
    });
    const [first = 0, second = 0, third = 0, fourth = 0] = gaps(run);
    for (const gap of [first, second]) expect(gap).toBeLessThan(100);
    for (const gap of [third, fourth]) expect(gap).toBeGreaterThanOrEqual(145);
  });

  it('survives errors, with pauses that grow and begin anew after a success', async () => {
    const run = await rounds(1, (number, stop) => {
      if (number === 5) stop.abort();
      if (number === 3) return true;
      throw new Error('no database');
    });
    const [first = 0, second = 0, third = 0, fourth = 0] = gaps(run);
    expect(first).toBeGreaterThanOrEqual(395);
    expect(second).toBeGreaterThanOrEqual(795);
    expect(third).toBeLessThan(200);
    expect(fourth).toBeGreaterThanOrEqual(395);
    expect(fourth).toBeLessThan(790);
  });

  it('ends at once when it is told to while it rests', async () => {
    const run = await rounds(60_000, (_number, stop) => {
      setTimeout(() => stop.abort(), 50);
      return false;
    });
    expect(run.at).toHaveLength(1);
    expect(run.durationMs).toBeLessThan(2_000);
  });

  it('ends at once when it is told to after an error', async () => {
    const run = await rounds(1, (_number, stop) => {
      setTimeout(() => stop.abort(), 50);
      throw new Error('no database');
    });
    expect(run.at).toHaveLength(1);
    expect(run.durationMs).toBeLessThan(390);
  });

  it('finishes the round that is under way, and begins no other', async () => {
    let finished = false;
    const run = await rounds(1, async (_number, stop) => {
      stop.abort();
      await new Promise((resolve) => setTimeout(resolve, 50));
      finished = true;
      return true;
    });
    expect(finished).toBe(true);
    expect(run.at).toHaveLength(1);
  });

  it('does nothing at all when it was told to end before', async () => {
    const work = (): Promise<boolean> => Promise.reject(new Error('It was begun.'));
    await runLoop({ name: 'tested', idleMs: 1, signal: AbortSignal.abort(), log, work });
  });
});
