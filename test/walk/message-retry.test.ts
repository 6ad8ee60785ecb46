import type { EffectScope } from '../../domain/effects.ts';
import { MemberSet } from '../../domain/member-set.ts';
import {
  IN_DOUBT_MS,
  RECEIPT_AFTER_MS,
  RETRY_AFTER_MS,
  ScriptedMessages,
  walkWithReceipts,
  type Fate,
} from '../support/message-run.ts';
import { graphOf, NOON, VirtualWalk } from '../support/virtual-walk.ts';

const SIZE = 20;
/** A behaviour that turns without sleeping would keep a virtual clock from ever moving. */
const MAX_CALLS = 200;

function walkOf(
  fateOf: (member: number) => Fate,
  outlets: Record<string, string>,
  receiptDeadlineMs = 0,
): { host: VirtualWalk; messages: ScriptedMessages } {
  const graph = graphOf({
    start: ['now', {}, { next: 'send' }],
    send: ['mms', { receiptDeadlineMs }, outlets],
    out: ['exit', { reason: '' }],
  });
  const messages = new ScriptedMessages(SIZE, () => host.clock.now(), fateOf);
  const guarded =
    (effect: (scope: EffectScope, input: never) => unknown) => (scope: EffectScope, input: unknown) => {
      if (host.calls.length > MAX_CALLS) throw new Error('The node asks again and again without sleeping.');
      return effect(scope, input as never);
    };
  const { gate, submit, reconcile } = messages.effects;
  const effects = { gate: guarded(gate), submit: guarded(submit), reconcile: guarded(reconcile) };
  const host: VirtualWalk = new VirtualWalk(SIZE, graph, effects);
  return { host, messages };
}

function offers(host: VirtualWalk): (readonly [afterMs: number, members: number])[] {
  return host.calls
    .filter((call) => call.name === 'submit')
    .map((call) => [call.at - NOON, MemberSet.fromHex(SIZE, call.scope.members).count()] as const);
}

describe.each([
  ['waits for receipts', { next: 'out', delivered: 'out' }],
  ['does not wait for receipts', { next: 'out' }],
])('a message node that %s', (_, outlets: Record<string, string>) => {
  it('offers a message that was provably not sent again when its time has come, and no other', async () => {
    const { host, messages } = walkOf((member) => (member < 5 ? 'throttled' : 'rejected'), outlets);
    expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
    expect(offers(host)).toEqual([
      [0, SIZE],
      [RETRY_AFTER_MS, 5],
    ]);
    expect(host.ended().count()).toBe(SIZE);
  });

  it('looks again at a message that another attempt may be calling for, once that must be over', async () => {
    const { host, messages } = walkOf((member) => (member < 3 ? 'abandoned' : 'rejected'), outlets);
    expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
    expect(offers(host)).toEqual([
      [0, SIZE],
      [IN_DOUBT_MS, 3],
    ]);
    expect(host.outcomes('send')).toEqual({ rejected: 17, unknown: 3 });
  });

  it('asks nobody for anything while nothing is due', async () => {
    const { host, messages } = walkOf(() => 'throttled', outlets);
    expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
    expect(host.calls.length).toBeLessThan(6);
  });
});

describe('a message that is offered again', () => {
  it('counts its receipt deadline from the last offer', async () => {
    const { host, messages } = walkOf(
      (member) => (member < 5 ? 'throttled' : 'silent'),
      { delivered: 'out' },
      60_000,
    );
    expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
    const left = (outcome: string): number =>
      (host.trace.find((row) => row.nodeId === 'send' && row.outcome === outcome)?.at ?? 0) - NOON;
    expect(left('delivered')).toBe(RETRY_AFTER_MS + RECEIPT_AFTER_MS);
    expect(left('no_receipt')).toBe(RETRY_AFTER_MS + 60_000);
  });

  it('is slept for, also when it is due only after the receipt deadline', async () => {
    const { host, messages } = walkOf(
      (member) => (member < 5 ? 'throttled' : 'silent'),
      { delivered: 'out' },
      5_000,
    );
    expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
    expect(host.outcomes('send')).toEqual({ no_receipt: 20 });
    expect(host.calls.length).toBeLessThan(10);
  });
});
