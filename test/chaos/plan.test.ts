import { readFile } from 'node:fs/promises';
import { planTrouble, type Trouble } from '../../chaos/plan.ts';
import { Random } from '../../chaos/random.ts';
import { CRASH_POINTS } from '../../domain/crash-point.ts';

const plan = (seed: number, kills: number, customers: number): readonly Trouble[] =>
  planTrouble(new Random(seed), { kills, customers, repeats: true });

function killsByTarget(troubles: readonly Trouble[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { what } of troubles)
    if (what.kind === 'kill') counts[what.target] = (counts[what.target] ?? 0) + 1;
  return counts;
}

describe('the plan of a rehearsal', () => {
  it('is the same for the same seed and another one for another', () => {
    expect(plan(7, 20, 2_000)).toEqual(plan(7, 20, 2_000));
    expect(plan(7, 20, 2_000)).not.toEqual(plan(8, 20, 2_000));
  });

  it.each([10, 20, 57, 200])(
    'gives workers at least half of %i kills and every other process a tenth',
    (kills) => {
      for (const seed of [1, 2, 3]) {
        const { worker = 0, ...others } = killsByTarget(plan(seed, kills, kills * 100));
        expect(worker).toBeGreaterThanOrEqual(kills / 2);
        expect(Object.keys(others).sort()).toEqual(['api', 'postgres', 'pump', 'temporal']);
        for (const count of Object.values(others))
          expect(count).toBeGreaterThanOrEqual(Math.floor(kills / 10));
        expect(Object.values(others).reduce((sum, count) => sum + count, worker)).toBe(kills);
      }
    },
  );

  it('leaves every process a tenth of 200 kills and of those that come on top', () => {
    const { worker, ...others } = killsByTarget(plan(7, 200, 20_000));
    expect(worker).toBeGreaterThanOrEqual(105);
    for (const count of Object.values(others)) expect(count).toBeGreaterThanOrEqual(21);
  });

  it('lets one of a hundred customers opt out or more, more than half of them with a message in flight', () => {
    const stops = plan(1, 20, 2_000).flatMap(({ what }) => (what.kind === 'stop' ? [what.inFlight] : []));
    expect(stops.length).toBeGreaterThanOrEqual(20);
    expect(stops.filter(Boolean).length).toBeGreaterThan(stops.length / 2);
  });

  it.each([
    ['api', ['after_receipts', 'after_suppression', 'before_receipts']],
    [
      'pump',
      [
        'after_fallback_take',
        'after_fold',
        'after_hints',
        'after_look_up',
        'after_repeat_call',
        'after_repeat_claim',
        'after_repeat_record',
        'after_sweep',
        'before_fallback_settle',
        'before_fold',
      ],
    ],
  ])('ends the %s at any instant and at each point that it comes to', (target, points) => {
    const kills = plan(1, 200, 20_000).flatMap(({ what }) =>
      what.kind === 'kill' && what.target === target ? [what.point] : [],
    );
    expect([...new Set(kills)].filter((point) => point !== undefined).sort()).toEqual(points);
    expect(kills).toContain(undefined);
  });

  it('leaves out the points of a repeat where nothing is repeated', () => {
    const { length } = plan(1, 200, 20_000);
    const others = planTrouble(new Random(1), { kills: 200, customers: 20_000, repeats: false });
    expect(others).toHaveLength(length);
    const points = others.map(({ what }) => ('point' in what ? what.point : undefined));
    expect(points.filter((point) => point?.startsWith('after_repeat'))).toEqual([]);
    expect(points).toContain('after_look_up');
  });

  it('or a rehearsal comes to every point of the code', async () => {
    const drawn = plan(1, 200, 20_000).flatMap(({ what }) => (what.kind === 'kill' ? [what.point] : []));
    const rehearsals = await readFile(new URL('../../chaos/rehearsals.ts', import.meta.url), 'utf8');
    const missing = CRASH_POINTS.filter(
      (point) => !drawn.includes(point) && !rehearsals.includes(`killAt('${point}'`),
    );
    expect(missing).toEqual([]);
  });

  it('is spread over the run in order, and over before its end', () => {
    const times = plan(3, 20, 2_000).map(({ at }) => at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBeLessThan(0.1);
    expect(times.at(-1)).toBeGreaterThan(0.8);
    expect(times.at(-1)).toBeLessThan(0.95);
  });

  it('has something of every kind', () => {
    const kinds = new Set(plan(1, 20, 2_000).map(({ what }) => what.kind));
    expect([...kinds].sort()).toEqual(['freeze', 'kill', 'provider', 'stop', 'webhooks', 'workflow']);
  });
});
