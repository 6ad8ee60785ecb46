import { assertTimings, timingsOf } from '../../config/timings.ts';
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
