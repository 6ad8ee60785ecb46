import { parseInstant } from '../../domain/instant.ts';

const at = (text: string): string | undefined => {
  const instant = parseInstant(text);
  return instant === undefined ? undefined : new Date(instant).toISOString();
};

describe('an instant', () => {
  it.each([
    ['2026-02-01', '2026-02-01T00:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
    ['2026-02-01T10:00:00Z', '2026-02-01T10:00:00.000Z'],
    ['2026-02-01T10:00:00.123456z', '2026-02-01T10:00:00.123Z'],
    ['2026-02-01T10:00+02:00', '2026-02-01T08:00:00.000Z'],
    ['2026-02-01T10:00:00-0530', '2026-02-01T15:30:00.000Z'],
    ['2026-02-01 10:00:00+02', '2026-02-01T08:00:00.000Z'],
    ['2026-02-01 10:00:00', '2026-02-01T10:00:00.000Z'],
  ])('is read from %s', (text, instant) => expect(at(text)).toBe(instant));

  it.each([
    '',
    '3',
    'item 5',
    'yesterday',
    '1 March 2026',
    '03/01/2026',
    '2026-02-29',
    '2026-02-30T00:00:00Z',
    '2026-13-01',
    '2026-00-10',
    '2026-02-01T25:00:00Z',
    '2026-02-01T10:61:00Z',
    '2026-02-01T10:00:00+99:99',
    '2026-02-01T10:00:00Z and more',
  ])('is none: %j', (text) => expect(at(text)).toBeUndefined());
});
