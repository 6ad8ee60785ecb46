import { MemberSet } from '../../domain/member-set.ts';
import type { EffectScope, SubmitResult } from '../../domain/effects.ts';
import { settle, walkOn } from '../support/virtual-clock.ts';
import type { Walk } from '../../walk/walk.ts';
import { graphOf, NOON, VirtualWalk } from '../support/virtual-walk.ts';

const SIZE = 20;
const DAY = 24 * 3_600_000;
const EVERYBODY = MemberSet.full(SIZE);

/** All messages are accepted; `whileSubmitting` happens while the call is under way. */
function walkOf(
  outlets: Record<string, string>,
  whileSubmitting: (walk: Walk) => void,
  whileReconciling: () => void = () => undefined,
): { host: VirtualWalk; walk: Walk } {
  const graph = graphOf({
    start: ['now', {}, { next: 'send' }],
    send: ['mms', { receiptDeadlineMs: 0 }, outlets],
    out: ['exit', { reason: '' }],
  });
  const host = new VirtualWalk(SIZE, graph, {
    gate: (scope: EffectScope) => ({ send: scope.members, suppressed: [] }),
    submit: (scope: EffectScope): SubmitResult => {
      whileSubmitting(walk);
      return {
        outcomes: [{ outcome: 'accepted', reason: '', members: scope.members }],
        queued: [],
        inDoubt: null,
      };
    },
    reconcile: (scope: EffectScope) => {
      whileReconciling();
      return { outcomes: [{ outcome: 'delivered', reason: '', members: scope.members }] };
    },
  });
  const walk = host.walk();
  return { host, walk };
}

describe('a hint of receipts', () => {
  it('is not lost while the call is still under way, where members wait for receipts', async () => {
    const { host, walk } = walkOf({ delivered: 'out' }, (early) => early.receiveHint('send', 1, EVERYBODY));
    expect(await walkOn(walk, host.clock)).toBe(true);
    expect(host.outcomes('send')).toEqual({ delivered: SIZE });
    expect(host.clock.now()).toBe(NOON);
  });

  it('is not lost while the call is still under way, where they go on at once', async () => {
    const { host, walk } = walkOf({ next: 'out' }, (early) => early.receiveHint('send', 1, EVERYBODY));
    expect(await walkOn(walk, host.clock)).toBe(true);
    expect(host.clock.now()).toBe(NOON);
    expect(host.calls.map((call) => call.name)).toEqual(['gate', 'submit']);
  });

  it('survives an interruption while it is unread', async () => {
    const { host, walk } = walkOf({ delivered: 'out' }, (early) => {
      early.receiveHint('send', 1, EVERYBODY);
      early.drain();
    });
    await settle(walk);
    const state = JSON.parse(JSON.stringify(walk.toState())) as ReturnType<Walk['toState']>;
    expect(state.unread).toEqual([{ nodeId: 'send', pass: 1, members: EVERYBODY.toHex() }]);
    const next = new VirtualWalk(SIZE, walk.options.graph, {
      gate: (scope) => ({ send: scope.members, suppressed: [] }),
      submit: (scope) => ({
        outcomes: [{ outcome: 'accepted', reason: '', members: scope.members }],
        queued: [],
        inDoubt: null,
      }),
      reconcile: (scope) => ({ outcomes: [{ outcome: 'delivered', reason: '', members: scope.members }] }),
    });
    expect(await walkOn(next.walk(state), next.clock)).toBe(true);
    expect(next.clock.now()).toBe(NOON);
    expect(host.outcomes('send')).toEqual({});
    expect(next.outcomes('send')).toEqual({ delivered: SIZE });
  });

  it.each(['asleep', 'asking what has come of them'])(
    'survives an interruption of a visit that is %s',
    async (moment) => {
      let asking: Walk | undefined;
      const { host, walk } = walkOf(
        { delivered: 'out' },
        () => undefined,
        () => asking?.drain(),
      );
      await settle(walk);
      if (moment === 'asleep') walk.drain();
      else asking = walk;
      walk.receiveHint('send', 1, MemberSet.of(SIZE, [3, 4]));
      await settle(walk);
      expect(walk.drained).toBe(true);
      asking = undefined;
      const next = host.walk(JSON.parse(JSON.stringify(walk.toState())) as ReturnType<Walk['toState']>);
      await settle(next);
      expect(host.outcomes('send')).toEqual({ delivered: 2 });
      expect(host.clock.now()).toBe(NOON);
    },
  );

  it('of some members lets only these go', async () => {
    const { host, walk } = walkOf({ delivered: 'out' }, () => undefined);
    await settle(walk);
    walk.receiveHint('send', 1, MemberSet.of(SIZE, [3, 4]));
    await settle(walk);
    expect(host.outcomes('send')).toEqual({ delivered: 2 });
    expect(walk.present().get('send')).toBe(SIZE - 2);
  });

  it('that says again what was said before changes nothing', async () => {
    const { host, walk } = walkOf({ delivered: 'out' }, () => undefined);
    await settle(walk);
    for (let i = 0; i < 3; i += 1) {
      walk.receiveHint('send', 1, MemberSet.of(SIZE, [3, 4]));
      await settle(walk);
    }
    expect(host.calls.filter((call) => call.name === 'reconcile')).toHaveLength(1);
  });

  it('of another node or pass wakes nobody', async () => {
    const { host, walk } = walkOf({ delivered: 'out' }, () => undefined);
    await settle(walk);
    walk.receiveHint('send', 2, EVERYBODY);
    walk.receiveHint('elsewhere', 1, EVERYBODY);
    await settle(walk);
    expect(host.calls.map((call) => call.name)).toEqual(['gate', 'submit']);
    expect(await walkOn(walk, host.clock)).toBe(true);
    expect(host.clock.now() - NOON).toBe(DAY);
  });
});
