import { walkOn, settle } from '../support/virtual-clock.ts';
import { ScriptedMessages, walkWithReceipts, type Fate } from '../support/message-run.ts';
import { graphOf, NOON, VirtualWalk } from '../support/virtual-walk.ts';

const HOUR = 3_600_000;
const SIZE = 30;
const GRAPH = graphOf({
  start: ['now', {}, { next: 'send' }],
  send: ['mms', { receiptDeadlineMs: 0 }, { next: 'rest', failed: 'out' }],
  rest: ['wait', { forMs: HOUR }, { next: 'again' }],
  again: ['sms', { receiptDeadlineMs: 0 }, { next: 'out' }],
  out: ['exit', { reason: '' }],
});

function walkOf(): { host: VirtualWalk; messages: ScriptedMessages } {
  const fateOf = (member: number): Fate => (member % 3 === 0 ? 'failed' : 'delivered');
  const messages = new ScriptedMessages(SIZE, () => host.clock.now(), fateOf);
  const host: VirtualWalk = new VirtualWalk(SIZE, GRAPH, messages.effects);
  return { host, messages };
}

describe('a paused run', () => {
  it('stops its cohorts at their next effect, and nothing is called any more', async () => {
    const { host, messages } = walkOf();
    host.halted = 'paused';
    const walk = host.walk();
    expect(await walkWithReceipts(walk, host, messages)).toBe(false);
    expect(walk.halted).toBe('paused');
    expect(host.calls).toEqual([]);
    expect(host.outcomes('start')).toEqual({ next: SIZE });
    expect(walk.present()).toEqual(new Map([['send', SIZE]]));
  });

  it('goes on where it stopped, and everybody comes to the same end', async () => {
    const { host, messages } = walkOf();
    const walk = host.walk();
    await settle(walk);
    host.halted = 'paused';
    expect(await walkWithReceipts(walk, host, messages)).toBe(false);
    host.halted = undefined;
    walk.resume();
    expect(walk.halted).toBeUndefined();
    expect(await walkWithReceipts(walk, host, messages)).toBe(true);
    expect(host.outcomes('send')).toEqual({ delivered: 20, failed: 10 });
    expect(host.outcomes('again')).toEqual({ accepted: 20 });
    expect(host.outcomes('out')).toEqual({ exited: SIZE });
  });

  it('does not stop the clocks of waits', async () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'rest' }],
      rest: ['wait', { forMs: HOUR }, { next: 'ask' }],
      ask: ['condition', {}],
    });
    const host = new VirtualWalk(SIZE, graph, {
      evaluateCondition: (scope) => ({ matching: scope.members }),
    });
    const walk = host.walk();
    await settle(walk);
    host.halted = 'paused';
    await walkOn(walk, host.clock);
    expect(walk.halted).toBe('paused');
    host.clock.leapTo(NOON + 5 * HOUR);
    host.halted = undefined;
    walk.resume();
    expect(await walkOn(walk, host.clock)).toBe(true);
    expect(host.clock.now()).toBe(NOON + 5 * HOUR);
  });

  it('still lets the members go whose departure was being written', async () => {
    const { host, messages } = walkOf();
    const walk = host.walk();
    await settle(walk);
    const before = host.trace.length;
    walk.halt('paused');
    await settle(walk);
    expect(walk.drained).toBe(true);
    expect(host.trace.length).toBe(before);
    walk.resume();
    expect(await walkWithReceipts(walk, host, messages)).toBe(true);
    expect(host.ended().count()).toBe(SIZE);
  });
});
