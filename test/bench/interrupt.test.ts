import { stopEverything, stopOnInterrupt } from '../../bench/interrupt.ts';
import { latch } from '../support/latch.ts';

describe('what is stopped when the benchmark is interrupted', () => {
  it('is stopped once, and whoever asks meanwhile waits until it stands still', async () => {
    const told: string[] = [];
    const end = latch();
    const stop = stopOnInterrupt(async () => {
      told.push('stopping');
      await end.opened;
      told.push('stopped');
    });
    const first = stopEverything();
    const second = stop().then(() => told.push('the second goes on'));
    end.open();
    await Promise.all([first, second]);
    expect(told).toEqual(['stopping', 'stopped', 'the second goes on']);
    await stopEverything();
    expect(told).toHaveLength(3);
  });
});
