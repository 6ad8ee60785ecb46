import { assertTimings, timingsOf } from '../../config/timings.ts';
import { TIMING_PROFILES } from '../../domain/timings.ts';

const PRODUCTION = timingsOf('production');

describe('the timings', () => {
  it.each(TIMING_PROFILES)('of the profile "%s" keep a claim to one process', (profile) => {
    const timings = timingsOf(profile);
    const { callStartMs, callMs, recordMs, claimGraceMs, lookUpMs } = timings;
    expect(timings.profile).toBe(profile);
    expect(callStartMs + callMs + recordMs).toBeLessThan(claimGraceMs);
    expect(lookUpMs[0]).toBeGreaterThanOrEqual(claimGraceMs);
    expect(lookUpMs).toEqual([...lookUpMs].sort((a, b) => a - b));
  });

  it('of production are those that the design promises', () => {
    expect(PRODUCTION).toMatchObject({
      callStartMs: 1_000,
      callMs: 10_000,
      recordMs: 5_000,
      claimGraceMs: 60_000,
      lookUpMs: [1, 2, 5, 15, 60, 360, 1_440].map((minutes) => minutes * 60_000),
      receiptDeadlineMs: 24 * 3_600_000,
      arrivalBufferMs: 60_000,
      hintMs: { first: 20_000, last: 300_000 },
      freshnessMs: { marketing: 4 * 3_600_000, transactional: 15 * 60_000 },
      finishAfterMs: 72 * 3_600_000,
    });
  });

  it('are refused when a claim could outlive its grace', () => {
    expect(() => assertTimings({ ...PRODUCTION, claimGraceMs: 16_000 })).toThrow('claimGraceMs');
    expect(() => assertTimings({ ...PRODUCTION, callMs: 54_000 })).toThrow('claimGraceMs');
    expect(assertTimings({ ...PRODUCTION, claimGraceMs: 16_001 }).claimGraceMs).toBe(16_001);
  });

  it('are refused when somebody could look at a claim before its grace is over', () => {
    expect(() => assertTimings({ ...PRODUCTION, lookUpMs: [59_999, 120_000] })).toThrow('lookUpMs');
  });

  it('are refused when a later look-up comes before an earlier one', () => {
    expect(() => assertTimings({ ...PRODUCTION, lookUpMs: [60_000, 300_000, 120_000] })).toThrow('lookUpMs');
  });
});
