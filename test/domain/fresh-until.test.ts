import { freshUntil, type Whereabouts } from '../../domain/calling-hours.ts';

const HOUR = 3_600_000;
const TERMS = { freshnessMs: 4 * HOUR, marginMs: HOUR / 4 };
const CHICAGO: Whereabouts = { phone: '+13125550111', country: 'US', timezone: null };
/** New York's evening is the morning of Guam: 17:00 to 20:45, 22:00 to 1:45 UTC. */
const SHORT: Whereabouts = { phone: '+12125550111', country: 'US', timezone: 'Pacific/Guam' };

const until = (plannedAt: string, who = CHICAGO): string =>
  new Date(freshUntil(who, Date.parse(plannedAt), TERMS)).toISOString();

describe('a marketing message', () => {
  it('is fresh for four hours from when it was planned', () => {
    expect(until('2026-11-18T18:00:00Z')).toBe('2026-11-18T22:00:00.000Z');
    expect(until('2026-11-18T22:45:00Z')).toBe('2026-11-19T02:45:00.000Z');
  });

  it('that was planned at night is fresh for four hours from the opening', () => {
    for (const planned of ['2026-11-19T02:45:00Z', '2026-11-19T04:00:00Z', '2026-11-19T13:59:59Z'])
      expect(until(planned)).toBe('2026-11-19T18:00:00.000Z');
  });

  it('that is fresh when its window closes counts from the next opening, once', () => {
    expect(until('2026-11-19T02:44:00Z')).toBe('2026-11-19T18:00:00.000Z');
    expect(until('2026-11-18T23:00:00Z', SHORT)).toBe('2026-11-20T02:00:00.000Z');
  });

  it('that is never planned to be late stays fresh for ever', () => {
    expect(freshUntil(CHICAGO, Number.POSITIVE_INFINITY, TERMS)).toBe(Number.POSITIVE_INFINITY);
  });
});
