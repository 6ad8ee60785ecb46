import { timingsOf } from '../../config/timings.ts';
import { MemberSet } from '../../domain/member-set.ts';
import type { AnyNodeBehaviour } from '../../domain/node-run.ts';
import { NODE_BEHAVIOURS } from '../../nodes/runs.ts';
import { walkOn } from '../support/virtual-clock.ts';
import { rulesOf } from '../../walk/rules.ts';
import { Walk } from '../../walk/walk.ts';
import { graphOf, VirtualWalk } from '../support/virtual-walk.ts';

const SIZE = 20;
const GRAPH = graphOf({
  start: ['now', {}, { next: 'odd' }],
  odd: ['odd', {}, { next: 'out' }],
  out: ['exit', { reason: '' }],
});

/** Walks a cohort through one node with this behaviour. */
async function stuckBy(
  run: AnyNodeBehaviour['run'],
): Promise<{ host: VirtualWalk; code: string | undefined; here: number }> {
  const host = new VirtualWalk(SIZE, GRAPH);
  const walk = new Walk({
    cohortId: '1',
    size: SIZE,
    graph: GRAPH,
    timings: timingsOf('production'),
    behaviours: new Map([...NODE_BEHAVIOURS, ['odd.v1', { run }]]),
    rules: rulesOf(1),
    host,
  });
  expect(await walkOn(walk, host.clock)).toBe(false);
  const stuck = host.records.at(-1)?.places.find((place) => place.nodeId === 'odd');
  return { host, code: stuck?.stuck?.code, here: MemberSet.fromHex(SIZE, stuck?.members ?? '').count() };
}

describe('a behaviour that breaks its contract', () => {
  it('is stuck when it lets a member go twice', async () => {
    const { host, code, here } = await stuckBy(async function* (visit) {
      const some = MemberSet.of(SIZE, [0, 1, 2]);
      yield { next: some };
      await Promise.resolve();
      yield { next: some.union(MemberSet.of(SIZE, [3])) };
      yield { next: visit.members };
    });
    expect(code).toBe('bad_routing');
    expect(here).toBe(SIZE - 3);
    expect(host.outcomes('out')).toEqual({ exited: 3 });
  });

  it('is stuck when it names a member twice at once', async () => {
    const { host, code, here } = await stuckBy(async function* (visit) {
      await Promise.resolve();
      yield { next: visit.members, other: MemberSet.of(SIZE, [7]) };
    });
    expect([code, here]).toEqual(['bad_routing', SIZE]);
    expect(host.outcomes('odd')).toEqual({});
  });

  it('is stuck when it leaves members over', async () => {
    const { code, here, host } = await stuckBy(async function* () {
      await Promise.resolve();
      yield { next: MemberSet.of(SIZE, [0, 1]) };
    });
    expect([code, here]).toEqual(['bad_routing', SIZE - 2]);
    expect(host.outcomes('out')).toEqual({ exited: 2 });
  });

  it('is stuck when it never lets anybody go', async () => {
    const { code, here } = await stuckBy(async function* () {
      await Promise.resolve();
    });
    expect([code, here]).toEqual(['bad_routing', SIZE]);
  });

  it('is stuck with the code of what it threw', async () => {
    const { code } = await stuckBy(async function* () {
      await Promise.resolve();
      throw Object.assign(new Error('No more paper.'), { code: 'no_paper' });
    });
    expect(code).toBe('no_paper');
  });

  it('stays where it is when the cohort goes on in another workflow run', async () => {
    const { host } = await stuckBy(async function* () {
      await Promise.resolve();
      yield { next: MemberSet.of(SIZE, [0, 1]) };
    });
    const places = host.records.at(-1)?.places ?? [];
    const walk = host.walk({
      step: host.records.length,
      table: { nextNumber: 9, places, entered: {}, exited: MemberSet.of(SIZE, [0, 1]).toHex() },
      awaited: [],
      unread: [],
      tally: {},
    });
    const records = host.records.length;
    expect(await walkOn(walk, host.clock)).toBe(false);
    expect(host.records).toHaveLength(records);
    expect(walk.present()).toEqual(new Map([['odd', SIZE - 2]]));
  });
});
