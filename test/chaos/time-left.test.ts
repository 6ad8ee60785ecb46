import { timeLeft } from '../../chaos/time-left.ts';

describe('how long a rehearsal will go on', () => {
  it.each([
    [10_000, 0.5, 'about 10 s'],
    [60_000, 0.25, 'about 3 min'],
    [60_000, 1, 'about 0 s'],
    [60_000, 1.2, 'about 0 s'],
    [1_000, 0, 'nobody knows how long'],
  ])('after %i ms with a share of %d done is %s', (elapsedMs, done, words) => {
    expect(timeLeft(elapsedMs, done)).toBe(words);
  });
});
