import { MemberSet } from '../../domain/member-set.ts';
import { walkOn } from '../support/virtual-clock.ts';
import { Passes } from '../../walk/passes.ts';
import { rulesOf } from '../../walk/rules.ts';
import { ScriptedMessages, walkWithReceipts } from '../support/message-run.ts';
import { graphOf, VirtualWalk } from '../support/virtual-walk.ts';

const { maxPasses: MAX_PASSES } = rulesOf(1);
const LOOP = graphOf({
  start: ['now', {}, { next: 'ask' }],
  ask: ['condition', {}, { yes: 'rest' }],
  rest: ['wait', { forMs: 60_000 }, { next: 'ask' }],
});

describe('the passes of a member', () => {
  it('are limited: beyond the limit the walk ends with its own reason', async () => {
    const host = new VirtualWalk(12, LOOP, { evaluateCondition: (scope) => ({ matching: scope.members }) });
    expect(await walkOn(host.walk(), host.clock)).toBe(true);
    const last = host.trace.filter((row) => row.exit !== null);
    expect(last).toMatchObject([
      { nodeId: 'rest', pass: MAX_PASSES, reason: 'pass_limit', exit: 'pass_limit', nextNodeId: null },
    ]);
    expect(host.ended().count()).toBe(12);
    expect(host.calls).toHaveLength(MAX_PASSES);
  });

  it('are counted by member: one that stays behind has fewer than one that runs ahead', async () => {
    const host = new VirtualWalk(12, LOOP, {
      // Member i leaves the loop after i rounds.
      evaluateCondition: (scope) => {
        const members = MemberSet.fromHex(12, scope.members).indexes();
        return {
          matching: MemberSet.of(
            12,
            members.filter((i) => i >= scope.pass),
          ).toHex(),
        };
      },
    });
    expect(await walkOn(host.walk(), host.clock)).toBe(true);
    const ends = host.trace.filter((row) => row.exit === 'end');
    expect(ends.map((row) => [row.pass, MemberSet.fromHex(12, row.members).indexes()])).toEqual([
      [1, [0]],
      ...Array.from({ length: 11 }, (_, i) => [i + 2, [i + 1]]),
    ]);
  });

  it('give every message of a loop a pass of its own', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'send' }],
      send: ['sms', { receiptDeadlineMs: 0 }, { next: 'ask' }],
      ask: ['condition', {}, { yes: 'rest' }],
      rest: ['wait', { forMs: 60_000 }, { next: 'send' }],
    });
    const messages = new ScriptedMessages(
      12,
      () => host.clock.now(),
      () => 'delivered',
    );
    const host: VirtualWalk = new VirtualWalk(12, graph, {
      ...messages.effects,
      evaluateCondition: (scope) => ({
        matching: scope.pass < 3 ? scope.members : MemberSet.empty(12).toHex(),
      }),
    });
    expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
    expect(host.calls.filter((call) => call.name === 'submit').map((call) => call.scope.pass)).toEqual([
      1, 2, 3,
    ]);
    expect(messages.rows.size).toBe(36);
  });

  it('take little room to be carried on, however often a loop turns, and none is forgotten', () => {
    const size = 1_000;
    const passes = new Passes(size);
    const slow = MemberSet.of(size, [1, 2, 3]);
    for (let turn = 1; turn <= MAX_PASSES; turn += 1) {
      const members = turn <= 60 ? MemberSet.full(size) : MemberSet.full(size).minus(slow);
      for (let node = 0; node < 80; node += 1) passes.enter(`n${node}`, members);
    }
    const text = JSON.stringify(passes.toState());
    expect(text.length).toBeLessThan(60_000);
    const again = new Passes(size, JSON.parse(text) as Record<string, string[]>);
    expect(again.exactly('n79', 60).equals(slow)).toBe(true);
    expect(again.exactly('n79', MAX_PASSES).count()).toBe(size - 3);
    expect(again.toState()).toEqual(passes.toState());
  });
});
