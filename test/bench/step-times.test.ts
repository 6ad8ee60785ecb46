import { stepTimes } from '../../bench/meter/read-meter.ts';

/** The bucket of a duration, as the processes that are measured count it. */
function bucket(ms: number): number {
  return Math.round(Math.log(ms * 1_000) / Math.log(1.05));
}

describe('the times of steps', () => {
  it('are those of what was counted between two readings, within the width of a bucket', () => {
    const before = { claim: { [bucket(500)]: 1_000 } };
    const after = { claim: { [bucket(500)]: 1_000, [bucket(2)]: 90, [bucket(20)]: 9, [bucket(300)]: 1 } };
    const { claim } = stepTimes(before, after);
    expect(claim?.count).toBe(100);
    expect(claim?.p50_ms).toBeCloseTo(2, 0);
    expect(claim?.p95_ms).toBeGreaterThan(19);
    expect(claim?.p95_ms).toBeLessThan(21);
    expect(claim?.p99_ms).toBeLessThan(21);
  });

  it('leave out a step that was not made', () => {
    const counts = { fold: { 3: 5 } };
    expect(stepTimes(counts, counts)).toEqual({});
  });
});
