import { randomUUID } from 'node:crypto';
import { delaysOf } from '../../simulators/report-delay.ts';

const IDS = Array.from({ length: 5_000 }, () => randomUUID());

function delays(options: Parameters<typeof delaysOf>[0]): readonly number[] {
  const delayOf = delaysOf(options);
  return IDS.map(delayOf).sort((a, b) => a - b);
}

describe('how long a delivery report takes', () => {
  it('is from half to one and a half of the usual delay', () => {
    const all = delays({ reportDelayMs: 1_000 });
    expect(all[0]).toBeGreaterThanOrEqual(500);
    expect(all.at(-1)).toBeLessThan(1_500);
  });

  it('is spread log-normally: half within a tenth of the time, nearly all within it, none later', () => {
    const all = delays({ reportSpreadMs: 10_000 });
    const median = all[2_500] ?? 0;
    expect(median).toBeGreaterThan(800);
    expect(median).toBeLessThan(1_250);
    expect(all[4_850]).toBeLessThan(10_000);
    expect(all[4_500]).toBeGreaterThan(2_500);
    expect(all.at(-1)).toBeLessThanOrEqual(10_000);
  });

  it('is always the same for one message', () => {
    const delayOf = delaysOf({ reportSpreadMs: 10_000 });
    for (const id of IDS.slice(0, 10)) expect(delayOf(id)).toBe(delayOf(id));
  });
});
