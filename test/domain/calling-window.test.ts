import { AREA_CODE_ZONES, COUNTRY_ZONES } from '../../domain/area-codes.ts';
import { callingWindow, zonesOf } from '../../domain/calling-hours.ts';
import { SERVED_COUNTRIES } from '../../domain/gate.ts';

const MINUTE = 60_000;
const MARGIN = 15 * MINUTE;

const at = (instant: string): number => Date.parse(instant);
const who = (phone: string | null, country: string | null = 'US', timezone: string | null = null) => ({
  ...{ phone, country, timezone },
});

/** From when to when marketing may be claimed, as instants people read: the window of an instant, or the next one. */
function windowOf(person: ReturnType<typeof who>, instant: string): readonly string[] {
  const window = callingWindow(person, at(instant), MARGIN);
  return window ? [window.opensAt, window.closesAt].map((ms) => new Date(ms).toISOString()) : [];
}

const CHICAGO = who('+13125550111');
const NEW_YORK = who('+12125550111');

describe('the window of an area code in one zone', () => {
  it('opens at 8:00 where it is, and closes a quarter of an hour before 21:00', () => {
    const wednesday = ['2026-11-18T14:00:00.000Z', '2026-11-19T02:45:00.000Z'];
    expect(windowOf(CHICAGO, '2026-11-18T18:00:00Z')).toEqual(wednesday);
    expect(windowOf(CHICAGO, '2026-11-18T13:59:59Z')).toEqual(wednesday);
    expect(windowOf(CHICAGO, '2026-11-19T02:44:59Z')).toEqual(wednesday);
    expect(windowOf(CHICAGO, '2026-11-19T02:45:00Z')).toEqual([
      '2026-11-19T14:00:00.000Z',
      '2026-11-20T02:45:00.000Z',
    ]);
  });

  it('follows the clocks that are put forward, and those that are put back', () => {
    // On 8 March 2026 at 2:00 it is 3:00; the night from Saturday to Sunday is an hour shorter.
    expect(windowOf(NEW_YORK, '2026-03-08T02:00:00Z')).toEqual([
      '2026-03-08T12:00:00.000Z',
      '2026-03-09T00:45:00.000Z',
    ]);
    expect(windowOf(NEW_YORK, '2026-03-07T18:00:00Z')).toEqual([
      '2026-03-07T13:00:00.000Z',
      '2026-03-08T01:45:00.000Z',
    ]);
    // On 1 November 2026 at 2:00 it is 1:00 again.
    expect(windowOf(NEW_YORK, '2026-11-01T02:00:00Z')).toEqual([
      '2026-11-01T13:00:00.000Z',
      '2026-11-02T01:45:00.000Z',
    ]);
    expect(windowOf(NEW_YORK, '2026-10-31T18:00:00Z')).toEqual([
      '2026-10-31T12:00:00.000Z',
      '2026-11-01T00:45:00.000Z',
    ]);
  });

  it.each([
    [
      'Arizona, which never changes its clocks',
      who('+16025550111'),
      '2026-07-15T18:00:00Z',
      '15:00',
      '03:45',
    ],
    ['Hawaii', who('+18085550111'), '2026-07-15T20:00:00Z', '18:00', '06:45'],
    ['Puerto Rico', who('+17875550111', 'PR'), '2026-07-15T20:00:00Z', '12:00', '00:45'],
    [
      'Guam, where it is the next day already',
      who('+16715550111', 'GU'),
      '2026-07-15T02:00:00Z',
      '22:00',
      '10:45',
    ],
  ])('is that of %s', (_where, person, instant, opens, closes) => {
    expect(windowOf(person, instant).map((text) => text.slice(11, 16))).toEqual([opens, closes]);
  });
});

describe('the window of somebody who may be in several zones', () => {
  it.each([
    // 9:00 to 20:45 in Newfoundland is half an hour off that of Labrador.
    ['Newfoundland and Labrador', who('+17095550111', 'CA'), '2026-07-15T15:00:00Z', '11:00', '23:15'],
    ['Idaho', who('+12085550111'), '2026-07-15T18:00:00Z', '15:00', '02:45'],
    ['the west of Florida', who('+18505550111'), '2026-07-15T18:00:00Z', '13:00', '00:45'],
    [
      'Arizona with the Navajo Nation, in summer',
      who('+19285550111'),
      '2026-07-15T18:00:00Z',
      '15:00',
      '02:45',
    ],
    [
      'Arizona with the Navajo Nation, in winter',
      who('+19285550111'),
      '2026-01-15T18:00:00Z',
      '15:00',
      '03:45',
    ],
  ])('is what all of %s have in common', (_where, person, instant, opens, closes) => {
    expect(windowOf(person, instant).map((text) => text.slice(11, 16))).toEqual([opens, closes]);
  });

  it('is what all of the country have in common where the area code is not known', () => {
    // 8:00 in Honolulu (18:00 UTC) to 20:45 in New York.
    expect(windowOf(who('+18885550111'), '2026-11-18T20:00:00Z')).toEqual([
      '2026-11-18T18:00:00.000Z',
      '2026-11-19T01:45:00.000Z',
    ]);
    // 8:00 in Vancouver to 20:45 in St. John's.
    expect(windowOf(who('+16005550111', 'CA'), '2026-01-15T20:00:00Z')).toEqual([
      '2026-01-15T16:00:00.000Z',
      '2026-01-16T00:15:00.000Z',
    ]);
    expect(zonesOf(who(null, 'GU'))).toEqual(['Pacific/Guam']);
  });

  it('is narrowed by the zone of the profile, and never widened', () => {
    expect(windowOf(who('+12125550111', 'US', 'America/Los_Angeles'), '2026-11-18T18:00:00Z')).toEqual([
      '2026-11-18T16:00:00.000Z',
      '2026-11-19T01:45:00.000Z',
    ]);
    expect(windowOf(who('+12125550111', 'US', 'Europe/Paris'), '2026-11-18T18:00:00Z')).toEqual([
      '2026-11-18T13:00:00.000Z',
      '2026-11-18T19:45:00.000Z',
    ]);
    // A short one: 17:00 to 20:45 in New York, 8:00 to 11:45 on Guam.
    expect(windowOf(who('+12125550111', 'US', 'Pacific/Guam'), '2026-11-18T23:00:00Z')).toEqual([
      '2026-11-18T22:00:00.000Z',
      '2026-11-19T01:45:00.000Z',
    ]);
  });

  it('names the zone whose morning comes last', () => {
    const zone = (person: ReturnType<typeof who>): string | undefined =>
      callingWindow(person, at('2026-11-18T05:00:00Z'), MARGIN)?.zone;
    expect(zone(CHICAGO)).toBe('America/Chicago');
    expect(zone(who('+18505550111'))).toBe('America/Chicago');
    expect(zone(who('+12125550111', 'US', 'America/Los_Angeles'))).toBe('America/Los_Angeles');
  });

  it('is none where the zones have no hour in common', () => {
    expect(windowOf(who('+18885550111', 'US', 'Asia/Karachi'), '2026-11-18T18:00:00Z')).toEqual([]);
  });

  it('does not heed a zone that does not exist', () => {
    expect(windowOf(who('+12125550111', 'US', 'Mars/Olympus'), '2026-11-18T18:00:00Z')).toEqual(
      windowOf(NEW_YORK, '2026-11-18T18:00:00Z'),
    );
  });
});

describe('the zones of area codes', () => {
  it('all exist, and have hours in common at any time of the year', () => {
    for (const code of AREA_CODE_ZONES.keys()) {
      for (const day of ['2026-01-15', '2026-03-08', '2026-07-15', '2026-11-01']) {
        const [opens = '', closes = ''] = windowOf(who(`+1${code}5550111`), `${day}T12:00:00Z`);
        expect(at(closes) - at(opens)).toBeGreaterThanOrEqual(9 * 60 * MINUTE);
      }
    }
    expect(AREA_CODE_ZONES.size).toBe(419);
  });

  it('are known for every country that is served', () => {
    expect(Object.keys(COUNTRY_ZONES).sort()).toEqual([...SERVED_COUNTRIES].sort());
  });
});
