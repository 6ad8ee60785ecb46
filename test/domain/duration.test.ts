import { durationMs, MAX_DURATION_MS } from '../../domain/duration.ts';

describe('a written duration', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    ['1w', 604_800_000],
  ])('%s is %i milliseconds', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    '',
    '0s',
    '5',
    's',
    '1.5h',
    '-1s',
    '1 h',
    ' 1h',
    '1h ',
    '1h30m',
    '01s',
    '1S',
    '1mo',
    '1y',
    '1e3s',
  ])('%j is none', (text) => {
    expect(durationMs(text)).toBeUndefined();
  });

  it('is at most a leap year long', () => {
    expect(durationMs('366d')).toBe(MAX_DURATION_MS);
    expect(durationMs('367d')).toBeUndefined();
    expect(durationMs('999999999w')).toBeUndefined();
  });
});
