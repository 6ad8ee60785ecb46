import type { EffectScope } from '../../domain/effects.ts';
import { MemberSet } from '../../domain/member-set.ts';
import { walkOn, settle } from '../support/virtual-clock.ts';
import { graphOf, NOON, VirtualWalk } from '../support/virtual-walk.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function even(scope: { members: string }, size: number): { matching: string } {
  const members = MemberSet.fromHex(size, scope.members);
  const matching = members.indexes().filter((index) => index % 2 === 0);
  return { matching: MemberSet.of(size, matching).toHex() };
}

/** A gate that keeps everybody in. */
function nobody({ members }: EffectScope): object {
  return { send: '', suppressed: [{ outcome: 'suppressed', reason: 'no_consent', members }] };
}

describe('a walk', () => {
  it('leads every member to an end and records each way out once', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'split' }],
      split: ['condition', {}, { yes: 'out' }],
      out: ['exit', { reason: 'done' }],
    });
    const host = new VirtualWalk(100, graph, { evaluateCondition: (scope) => even(scope, 100) });
    const walk = host.walk();
    expect(await walkOn(walk, host.clock)).toBe(true);
    expect(host.ended().count()).toBe(100);
    expect(host.outcomes('split')).toEqual({ yes: 50, no: 50 });
    expect(host.trace.find((row) => row.nodeId === 'split' && row.outcome === 'no')).toMatchObject({
      nextNodeId: null,
      exit: 'end',
    });
    expect(host.trace.find((row) => row.nodeId === 'out')).toMatchObject({ reason: 'done', exit: 'exit' });
  });

  it('never wakes a wait early and rounds it up by at most a sixtieth', async () => {
    const graph = graphOf({ start: ['now', {}, { next: 'rest' }], rest: ['wait', { forMs: 2 * HOUR }] });
    const host = new VirtualWalk(50, graph);
    await walkOn(host.walk(), host.clock);
    const left = host.trace.find((row) => row.nodeId === 'rest')?.at ?? 0;
    expect(left - NOON).toBeGreaterThanOrEqual(2 * HOUR);
    expect(left - NOON).toBeLessThanOrEqual(2 * HOUR + 2 * MINUTE);
  });

  it('counts passes per member in a loop', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'split' }],
      split: ['condition', {}, { yes: 'rest' }],
      rest: ['wait', { forMs: MINUTE }, { next: 'split' }],
    });
    let round = 0;
    const host = new VirtualWalk(20, graph, {
      evaluateCondition: (scope) => {
        round += 1;
        return round === 3 ? { matching: MemberSet.empty(20).toHex() } : even(scope, 20);
      },
    });
    await walkOn(host.walk(), host.clock);
    expect(host.trace.filter((row) => row.nodeId === 'split').map((row) => row.pass)).toEqual([1, 1, 2, 3]);
    expect(host.ended().count()).toBe(20);
  });

  it('gathers arrivals until nobody upstream can still come', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'split' }],
      split: ['condition', {}, { yes: 'rest', no: 'meet' }],
      rest: ['wait', { forMs: 10_000 }, { next: 'meet' }],
      meet: ['sms', {}],
    });
    const host = new VirtualWalk(40, graph, { evaluateCondition: (scope) => even(scope, 40), gate: nobody });
    await walkOn(host.walk(), host.clock);
    const visits = host.calls.filter((call) => call.scope.nodeId === 'meet');
    expect(visits.map((call) => MemberSet.fromHex(40, call.scope.members).count())).toEqual([40]);
  });

  it('opens a visit after the arrival buffer even if others are far behind', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'split' }],
      split: ['condition', {}, { yes: 'rest', no: 'meet' }],
      rest: ['wait', { forMs: HOUR }, { next: 'meet' }],
      meet: ['sms', {}],
    });
    const host = new VirtualWalk(40, graph, { evaluateCondition: (scope) => even(scope, 40), gate: nobody });
    await walkOn(host.walk(), host.clock);
    const visits = host.calls.filter((call) => call.scope.nodeId === 'meet');
    expect(visits.map((call) => call.at - NOON)).toEqual([MINUTE, expect.any(Number)]);
  });

  it('keeps a member on the route that was recorded first', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'split' }],
      split: ['condition', {}, { yes: 'out' }],
      out: ['exit', { reason: '' }],
    });
    const host = new VirtualWalk(10, graph, { evaluateCondition: (scope) => even(scope, 10) });
    host.trace.push({
      nodeId: 'split',
      pass: 1,
      outcome: 'no',
      reason: '',
      outlet: 'no',
      nextNodeId: null,
      exit: 'end',
      members: MemberSet.of(10, [0]).toHex(),
      at: NOON,
    });
    await walkOn(host.walk(), host.clock);
    expect(host.outcomes('split')).toEqual({ yes: 4, no: 6 });
    expect(host.outcomes('out')).toEqual({ exited: 4 });
  });

  it('holds a visit whose effect fails for good, while others go on', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'split' }],
      split: ['condition', {}, { yes: 'bad', no: 'out' }],
      bad: ['mms', { receiptDeadlineMs: 0 }],
      out: ['exit', { reason: '' }],
    });
    const host = new VirtualWalk(10, graph, { evaluateCondition: (scope) => even(scope, 10) });
    const walk = host.walk();
    expect(await walkOn(walk, host.clock)).toBe(false);
    expect(host.outcomes('out')).toEqual({ exited: 5 });
    expect(host.records.at(-1)?.places).toMatchObject([{ nodeId: 'bad', stuck: { code: 'node_error' } }]);
  });

  it('ends everybody where they are when the run is cancelled', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'rest' }],
      rest: ['wait', { forMs: HOUR }, { next: 'split' }],
      split: ['condition', {}],
    });
    const host = new VirtualWalk(30, graph);
    const walk = host.walk();
    await settle(walk);
    host.halted = 'cancelled';
    await walkOn(walk, host.clock);
    expect(walk.halted).toBe('cancelled');
    await walk.exitAll('run_cancelled');
    expect(walk.done).toBe(true);
    expect(host.ended().count()).toBe(30);
    expect(host.outcomes('split')).toEqual({ exited: 30 });
  });

  it('goes on from its state after it was dropped in the middle of a wait', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'rest' }],
      rest: ['wait', { forMs: HOUR }, { next: 'out' }],
      out: ['exit', { reason: '' }],
    });
    const host = new VirtualWalk(30, graph);
    const first = host.walk();
    await settle(first);
    first.drain();
    const state: unknown = JSON.parse(JSON.stringify(first.toState()));
    host.clock.leapTo(NOON + 30 * MINUTE);
    const second = host.walk(state as ReturnType<typeof first.toState>);
    expect(await walkOn(second, host.clock)).toBe(true);
    const left = host.trace.find((row) => row.nodeId === 'rest')?.at ?? 0;
    expect(left - NOON).toBeLessThanOrEqual(HOUR + MINUTE);
    expect(host.ended().count()).toBe(30);
  });
});
