import { MemberSet } from '../../domain/member-set.ts';
import { rulesOf } from '../../walk/rules.ts';
import { walkInterrupted } from '../support/interrupted-walk.ts';
import { graphOf, NOON } from '../support/virtual-walk.ts';

const { maxOpenVisits: MAX_OPEN_VISITS } = rulesOf(1);
const SIZE = 400;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TWO_DAYS = 48 * HOUR;

const DRIPPING = graphOf({
  start: ['now', {}, { next: 'send' }],
  send: ['mms', { receiptDeadlineMs: 24 * HOUR }, { delivered: 'rest' }],
  rest: ['wait', { forMs: TWO_DAYS }, { next: 'again' }],
  again: ['sms', { receiptDeadlineMs: 24 * HOUR }, { next: 'out' }],
  out: ['exit', { reason: '' }],
});

/** Member by member, three minutes apart. */
const receiptAfterMs = (member: number): number => (member + 1) * 3 * MINUTE;

describe('members who come to a node one by one over many hours', () => {
  it('walk on in few visits, and nobody waits less than the scenario says', async () => {
    const { host, done } = await walkInterrupted({
      size: SIZE,
      graph: DRIPPING,
      fateOf: () => 'delivered',
      receiptAfterMs,
    });
    expect(done).toBe(true);
    expect(host.ended().count()).toBe(SIZE);
    const visitsOf = (nodeId: string): number =>
      host.trace.filter((row) => row.nodeId === nodeId && row.members !== MemberSet.empty(SIZE).toHex())
        .length;
    expect(visitsOf('send')).toBeGreaterThan(MAX_OPEN_VISITS * 2);
    expect(visitsOf('rest')).toBeLessThanOrEqual(SIZE / 4);
    for (const row of host.trace.filter(({ nodeId }) => nodeId === 'rest')) {
      for (const member of MemberSet.fromHex(SIZE, row.members).indexes()) {
        expect(row.at).toBeGreaterThanOrEqual(NOON + receiptAfterMs(member) + TWO_DAYS);
      }
    }
  });

  it('are awaited for the record with few deadlines', async () => {
    const { host, done } = await walkInterrupted({
      size: SIZE,
      graph: DRIPPING,
      fateOf: (_, nodeId) => (nodeId === 'send' ? 'delivered' : 'silent'),
      receiptAfterMs,
    });
    expect(done).toBe(true);
    const closings = host.calls.filter(({ name, scope }) => name === 'reconcile' && scope.nodeId === 'again');
    expect(closings.length).toBeLessThanOrEqual(SIZE / 4);
    const closed = closings.reduce(
      (set, { scope }) => set.union(MemberSet.fromHex(SIZE, scope.members)),
      MemberSet.empty(SIZE),
    );
    expect(closed.count()).toBe(SIZE);
  });
});
