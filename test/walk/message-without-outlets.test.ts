import { walkOn } from '../support/virtual-clock.ts';
import { RECEIPT_AFTER_MS, ScriptedMessages, walkWithReceipts, type Fate } from '../support/message-run.ts';
import { graphOf, NOON, VirtualWalk } from '../support/virtual-walk.ts';

const DAY = 24 * 3_600_000;
const SIZE = 40;
const GRAPH = graphOf({
  start: ['now', {}, { next: 'send' }],
  send: ['mms', { receiptDeadlineMs: 0 }, { next: 'out' }],
  out: ['exit', { reason: '' }],
});

function walkOf(fateOf: (member: number) => Fate): { host: VirtualWalk; messages: ScriptedMessages } {
  const messages = new ScriptedMessages(SIZE, () => host.clock.now(), fateOf);
  const host: VirtualWalk = new VirtualWalk(SIZE, GRAPH, messages.effects);
  return { host, messages };
}

describe('a message node without a wired receipt outlet', () => {
  it('lets members go on as soon as the call has an outcome', async () => {
    const fates: readonly Fate[] = ['delivered', 'unknown', 'rejected', 'refused'];
    const { host, messages } = walkOf((member) => fates[member % 4] ?? 'delivered');
    expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
    expect(host.outcomes('send')).toEqual({ accepted: 10, unknown: 10, rejected: 10, suppressed: 10 });
    const left = host.trace.filter((row) => row.nodeId === 'send');
    expect(left.map((row) => [row.at - NOON, row.nextNodeId])).toEqual(left.map(() => [0, 'out']));
  });

  it('keeps the cohort open until the receipts are in', async () => {
    const { host, messages } = walkOf(() => 'delivered');
    const walk = host.walk();
    expect(await walkWithReceipts(walk, host, messages)).toBe(true);
    expect(host.ended().count()).toBe(SIZE);
    expect(host.clock.now() - NOON).toBe(RECEIPT_AFTER_MS);
    expect(host.calls.map((call) => call.name)).not.toContain('reconcile');
  });

  it('asks the ledger to close what has no receipt at the deadline', async () => {
    const { host, messages } = walkOf((member) => (member < 30 ? 'delivered' : 'silent'));
    expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
    expect(host.clock.now() - NOON).toBe(DAY);
    const closings = host.calls.filter((call) => call.name === 'reconcile');
    expect(closings).toMatchObject([{ input: { atDeadline: true }, at: NOON + DAY }]);
    expect([...messages.rows.values()].filter((row) => row.closed).map((row) => row.member)).toEqual(
      Array.from({ length: 10 }, (_, i) => 30 + i),
    );
  });

  it('awaits no receipt of a message that was rejected or kept in', async () => {
    const { host } = walkOf((member) => (member % 2 === 0 ? 'rejected' : 'refused'));
    expect(await walkOn(host.walk(), host.clock)).toBe(true);
    expect(host.clock.now()).toBe(NOON);
  });

  it('takes the deadline that the scenario names', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'send' }],
      send: ['sms', { receiptDeadlineMs: 60_000 }],
    });
    const messages = new ScriptedMessages(
      SIZE,
      () => host.clock.now(),
      () => 'silent',
    );
    const host: VirtualWalk = new VirtualWalk(SIZE, graph, messages.effects);
    expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
    expect(host.clock.now() - NOON).toBe(60_000);
    expect(host.calls.find((call) => call.name === 'submit')?.input).toMatchObject({
      receiptDeadlineMs: 60_000,
      wantsHints: false,
      plannedAt: NOON,
    });
  });

  it('lets suppressed members leave by their own outlet where it is wired, without waiting for the others', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'send' }],
      send: ['mms', { receiptDeadlineMs: 0 }, { next: 'out', suppressed: 'aside' }],
      out: ['exit', { reason: '' }],
      aside: ['exit', { reason: 'kept_in' }],
    });
    const fateOf = (member: number): Fate => (member < 5 ? 'refused' : 'throttled');
    const messages = new ScriptedMessages(SIZE, () => host.clock.now(), fateOf);
    const host: VirtualWalk = new VirtualWalk(SIZE, graph, messages.effects);
    await walkWithReceipts(host.walk(), host, messages);
    expect(host.outcomes('aside')).toEqual({ exited: 5 });
    expect(host.trace.find((row) => row.nextNodeId === 'aside')?.at).toBe(NOON);
    expect(host.outcomes('out')).toEqual({ exited: 35 });
  });
});
