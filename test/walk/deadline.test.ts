import fc from 'fast-check';
import { timingsOf } from '../../config/timings.ts';
import { roundedDeadline } from '../../walk/deadline.ts';
import { NOON } from '../support/virtual-walk.ts';

const { rounding } = timingsOf('production');
const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

describe('the deadline of a wait', () => {
  it('is never early and late by a sixtieth of its length at most, at least a second, at most a quarter of an hour', () => {
    fc.assert(
      fc.property(fc.nat(DAY), fc.integer({ min: 1, max: 366 * DAY }), (offset, lengthMs) => {
        const now = NOON + offset;
        const late = roundedDeadline(now, lengthMs, rounding) - (now + lengthMs);
        const most = Math.min(Math.max(lengthMs / 60, SECOND), 15 * MINUTE);
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThanOrEqual(Math.ceil(most));
      }),
    );
  });

  it('is the same for all who arrive within one step of its grid', () => {
    const first = roundedDeadline(NOON + 1, HOUR, rounding);
    expect(roundedDeadline(NOON + 59_999, HOUR, rounding)).toBe(first);
    expect(roundedDeadline(NOON + 60_001, HOUR, rounding)).toBe(first + MINUTE);
  });
});
