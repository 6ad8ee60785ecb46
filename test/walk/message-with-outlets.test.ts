import { RECEIPT_AFTER_MS, ScriptedMessages, walkWithReceipts, type Fate } from '../support/message-run.ts';
import { graphOf, NOON, VirtualWalk } from '../support/virtual-walk.ts';

const DAY = 24 * 3_600_000;
const FATES: readonly Fate[] = ['delivered', 'failed', 'silent', 'unknown', 'rejected', 'refused'];
const SIZE = 60;

async function walkThrough(
  outlets: Record<string, string>,
  fateOf = (member: number): Fate => FATES[member % FATES.length] ?? 'delivered',
): Promise<VirtualWalk> {
  const exits = [...new Set(Object.values(outlets))].map((id) => [id, ['exit', { reason: id }]] as const);
  const graph = graphOf({
    start: ['now', {}, { next: 'send' }],
    send: ['mms', { receiptDeadlineMs: 0 }, outlets],
    ...(Object.fromEntries(exits) as Record<string, ['exit', { reason: string }]>),
  });
  const messages = new ScriptedMessages(SIZE, () => host.clock.now(), fateOf);
  const host: VirtualWalk = new VirtualWalk(SIZE, graph, messages.effects);
  expect(await walkWithReceipts(host.walk(), host, messages)).toBe(true);
  expect(host.ended().count()).toBe(SIZE);
  return host;
}

describe('a message node with wired receipt outlets', () => {
  it('routes every member by what became of the message', async () => {
    const host = await walkThrough({
      next: 'rest',
      delivered: 'good',
      failed: 'bad',
      no_receipt: 'quiet',
      unknown: 'doubt',
      suppressed: 'kept',
    });
    expect(host.outcomes('send')).toEqual({
      delivered: 10,
      failed: 10,
      no_receipt: 10,
      unknown: 10,
      rejected: 10,
      suppressed: 10,
    });
    expect(['good', 'bad', 'quiet', 'doubt', 'kept', 'rest'].map((id) => host.outcomes(id))).toEqual([
      { exited: 10 },
      { exited: 20 },
      { exited: 10 },
      { exited: 10 },
      { exited: 10 },
      {},
    ]);
  });

  it('lets members go when their receipt comes, and the rest at the deadline', async () => {
    const host = await walkThrough({ next: 'rest', delivered: 'good' });
    const leftAt = (outcome: string): number | undefined =>
      host.trace.find((row) => row.nodeId === 'send' && row.outcome === outcome)?.at;
    expect(leftAt('rejected')).toBe(NOON);
    expect(leftAt('suppressed')).toBe(NOON);
    expect(leftAt('delivered')).toBe(NOON + RECEIPT_AFTER_MS);
    expect(leftAt('no_receipt')).toBe(NOON + DAY);
    expect(leftAt('unknown')).toBe(NOON + DAY);
  });

  it('lets unwired outlets fall to next', async () => {
    const host = await walkThrough({ next: 'rest', delivered: 'good' });
    expect(host.outcomes('good')).toEqual({ exited: 10 });
    expect(host.outcomes('rest')).toEqual({ exited: 50 });
  });

  it('ends the walk where neither the outlet nor next is wired', async () => {
    const host = await walkThrough({ delivered: 'good' });
    const ended = host.trace.filter((row) => row.nodeId === 'send' && row.exit !== null);
    expect(ended.map((row) => [row.outcome, row.exit]).sort()).toEqual([
      ['failed', 'end'],
      ['no_receipt', 'end'],
      ['rejected', 'end'],
      ['suppressed', 'end'],
      ['unknown', 'end'],
    ]);
  });

  it('is done early when every receipt is in', async () => {
    const host = await walkThrough({ delivered: 'good' }, () => 'delivered');
    expect(host.clock.now() - NOON).toBe(RECEIPT_AFTER_MS);
  });

  it('asks for hints while receipts come in', async () => {
    const host = await walkThrough({ delivered: 'good' });
    expect(host.calls.find((call) => call.name === 'submit')?.input).toMatchObject({ wantsHints: true });
  });

  it('does not wait when only the suppressed outlet is wired', async () => {
    const host = await walkThrough({ suppressed: 'kept' });
    expect(host.outcomes('send')).toMatchObject({ accepted: 30, suppressed: 10 });
  });

  it('asks the ledger about hinted members only, before the deadline', async () => {
    const host = await walkThrough({ delivered: 'good' });
    const [first, last] = host.calls.filter((call) => call.name === 'reconcile');
    expect(first).toMatchObject({ at: NOON + RECEIPT_AFTER_MS, input: { atDeadline: false } });
    expect(last).toMatchObject({ at: NOON + DAY, input: { atDeadline: true } });
  });
});
