import type { WalkGraph } from '../../domain/walk-graph.ts';
import { walkInterrupted, type InterruptedWalk } from '../support/interrupted-walk.ts';
import type { Fate } from '../support/message-run.ts';
import { graphOf } from '../support/virtual-walk.ts';

const SIZE = 24;
const AT_ONCE: readonly Fate[] = ['delivered', 'failed', 'silent', 'unknown', 'rejected', 'refused'];
const ALL: readonly Fate[] = [...AT_ONCE, 'throttled', 'abandoned'];

const GRAPHS: Readonly<Record<string, WalkGraph>> = {
  'parts, waits and meets again': graphOf({
    start: ['now', {}, { next: 'ask' }],
    ask: ['condition', {}, { yes: 'rest', no: 'out' }],
    rest: ['wait', { forMs: 3_600_000 }, { next: 'out' }],
    out: ['exit', { reason: 'done' }],
  }),
  'sends without waiting for receipts': graphOf({
    start: ['now', {}, { next: 'send' }],
    send: ['mms', { receiptDeadlineMs: 120_000 }, { next: 'out', suppressed: 'kept' }],
    out: ['exit', { reason: '' }],
    kept: ['exit', { reason: '' }],
  }),
  'sends, waits for receipts and sends again': graphOf({
    start: ['now', {}, { next: 'send' }],
    send: ['mms', { receiptDeadlineMs: 120_000 }, { next: 'rest', delivered: 'out' }],
    rest: ['wait', { forMs: 60_000 }, { next: 'again' }],
    again: ['sms', { receiptDeadlineMs: 60_000 }, { failed: 'rest2', no_receipt: 'out' }],
    rest2: ['wait', { forMs: 60_000 }, { next: 'out' }],
    out: ['exit', { reason: '' }],
  }),
  'sends in a loop': graphOf({
    start: ['now', {}, { next: 'send' }],
    send: ['sms', { receiptDeadlineMs: 120_000 }, { next: 'ask' }],
    ask: ['condition', {}, { yes: 'rest' }],
    rest: ['wait', { forMs: 60_000 }, { next: 'send' }],
  }),
};

/** While the call is under way, and at every turn until its caller has dealt with the answer. */
const MOMENTS = [undefined, ...Array.from({ length: 9 }, (_, turns) => turns)];

const CASES = Object.entries(GRAPHS).flatMap(([name, graph]) => [
  { name: `${name}, some messages later`, graph, fates: ALL },
  { name: `${name}, all messages at once`, graph, fates: AT_ONCE },
]);

describe.each(CASES)('a walk that $name', ({ graph, fates }) => {
  const fateOf = (member: number): Fate => fates[member % fates.length] ?? 'delivered';

  it('ends everybody once and in the same way, wherever it is interrupted', async () => {
    const whole = await walkInterrupted({ size: SIZE, graph, fateOf });
    expect(whole).toMatchObject({ done: true, interrupted: false });
    const different: string[] = [];
    for (let call = 1; call <= whole.host.hostCalls; call += 1) {
      for (const turnsAfter of MOMENTS) {
        const { host, done } = await walkInterrupted({
          size: SIZE,
          graph,
          fateOf,
          interruptions: [{ call, turnsAfter }],
        });
        const end = done
          ? outcomesOf(host, graph)
          : `still at ${JSON.stringify([...(host.current?.present() ?? [])])}`;
        if (end === outcomesOf(whole.host, graph) && host.ended().count() === SIZE) continue;
        different.push(`interrupted at call ${call}, turn ${turnsAfter ?? 'none'}: ${end}`);
      }
    }
    expect(different).toEqual([]);
  });
});

/** Members by node and outcome. */
function outcomesOf(host: InterruptedWalk, graph: WalkGraph): string {
  return Object.keys(graph.nodes)
    .map((nodeId) => `${nodeId} ${JSON.stringify(Object.entries(host.outcomes(nodeId)).sort())}`)
    .join(' ');
}
