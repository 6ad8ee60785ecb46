import { assertTimings, dividedTimings, timingsOf } from '../../config/timings.ts';
import { TIMING_PROFILES } from '../../domain/timings.ts';

describe.each(TIMING_PROFILES)('the timings of the profile %s', (profile) => {
  it('carry its name and let nobody look at a claim that still lives', () => {
    const timings = timingsOf(profile);
    expect(timings.profile).toBe(profile);
    const life = timings.callStartMs + timings.callMs + timings.recordMs;
    expect(life).toBeLessThan(timings.claimGraceMs);
    expect(timings.lookUpMs[0]).toBeGreaterThanOrEqual(timings.claimGraceMs);
    expect([...timings.lookUpMs].sort((a, b) => a - b)).toEqual(timings.lookUpMs);
  });
});

it('a claim in production ends within sixteen seconds, and what is in doubt is looked up for a day', () => {
  const { callStartMs, callMs, recordMs, claimGraceMs, lookUpMs } = timingsOf('production');
  expect({ callStartMs, callMs, recordMs, claimGraceMs }).toEqual({
    callStartMs: 1_000,
    callMs: 10_000,
    recordMs: 5_000,
    claimGraceMs: 60_000,
  });
  expect(lookUpMs.map((ms) => ms / 60_000)).toEqual([1, 2, 5, 15, 60, 360, 1_440]);
});

describe('timings in a wrong order', () => {
  const test = timingsOf('test');

  it.each([
    ['a claim outlives its grace', { claimGraceMs: test.callStartMs + test.callMs + test.recordMs }],
    ['a look-up comes before the grace is over', { lookUpMs: [test.claimGraceMs - 1] }],
    ['a look-up comes before the one before it', { lookUpMs: [5_000, 4_000] }],
  ])('are refused: %s', (_what, wrong) => {
    expect(() => assertTimings({ ...test, ...wrong })).toThrow(/^Timings "test": /);
  });
});

describe('divided timings', () => {
  const production = timingsOf('production');
  const divided = dividedTimings(production, 20);

  it('wait so many times shorter for receipts', () => {
    expect(divided.hintMs).toEqual({ first: 1_000, last: 15_000 });
    expect(divided.arrivalBufferMs).toBe(3_000);
    expect(divided.receiptDeadlineMs).toBe(4_320_000);
    expect(divided.rounding.fraction).toBe(production.rounding.fraction);
  });

  it('leave claims, calls and their records the time that they need', () => {
    const { callStartMs, callMs, recordMs, claimGraceMs, lookUpMs, heartbeatMs, activityMs } = production;
    expect(divided).toMatchObject({
      callStartMs,
      callMs,
      recordMs,
      claimGraceMs,
      lookUpMs,
      heartbeatMs,
      activityMs,
    });
    expect(() => assertTimings(divided)).not.toThrow();
  });
});
