/**
 * The hours of the day between which a marketing message may reach somebody, by the wall clock of where they are.
 *
 * Federal: 47 CFR 64.1200(c)(1), "before the hour of 8 a.m. or after 9 p.m. (local time at the called party's location)"; as read on
 * 24 November 2026. States have narrower ones, which come with the legal data of a later release.
 */
export const FEDERAL_HOURS = { opensAt: 8, closesAt: 21 } as const;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Days around the one that is asked for: zones are up to 14 hours off UTC, and a window may be the next but one. */
const DAYS = [-1, 0, 1, 2, 3, 4];

/** A stretch of time, in milliseconds since the epoch by the business clock, in which it is allowed to claim in every zone. */
export interface CallingWindow {
  readonly opensAt: number;
  /** The first instant after it. */
  readonly closesAt: number;
  /** The zone in which the hours begin last. */
  readonly zone: string;
}

/**
 * The windows of the day around an instant and of those that follow, by time: when it is within the hours in all of the zones.
 *
 * Reads the zones from `Intl`, so it belongs into no workflow.
 * @param marginMs how long before the end of the hours a window closes
 * @returns nothing where the zones have no hour in common
 */
export function windowsAround(
  zones: readonly string[],
  instant: number,
  marginMs: number,
): readonly CallingWindow[] {
  const [first, ...others] = zones.map((zone) => windowsOf(zone, instant, marginMs));
  return others.reduce(overlaps, first ?? []);
}

function windowsOf(zone: string, instant: number, marginMs: number): readonly CallingWindow[] {
  const midnight = Math.floor(instant / DAY) * DAY;
  return DAYS.map((day) => {
    const date = midnight + day * DAY;
    return {
      opensAt: instantOf(zone, date + FEDERAL_HOURS.opensAt * HOUR),
      closesAt: instantOf(zone, date + FEDERAL_HOURS.closesAt * HOUR) - marginMs,
      zone,
    };
  });
}

function overlaps(
  some: readonly CallingWindow[],
  others: readonly CallingWindow[],
): readonly CallingWindow[] {
  return some.flatMap((one) =>
    others.flatMap((other) => {
      const later = other.opensAt > one.opensAt ? other : one;
      const closesAt = Math.min(one.closesAt, other.closesAt);
      return later.opensAt < closesAt ? [{ ...later, closesAt }] : [];
    }),
  );
}

/** When clocks of the zone show what clocks at UTC show at `wall`; where they skip it, when they show it an hour later. */
function instantOf(zone: string, wall: number): number {
  const guess = wall - offsetMs(zone, wall);
  return wall - offsetMs(zone, guess);
}

/** How far the clocks of a zone are ahead of UTC. */
function offsetMs(zone: string, instant: number): number {
  const { year, month, day, hour, minute, second } = Object.fromEntries(
    clockOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const shown = Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
  return shown - Math.floor(instant / 1_000) * 1_000;
}

/** More than there are zones: one may be written in capitals and in small letters. */
const MOST_CLOCKS = 1_000;
const clocks = new Map<string, Intl.DateTimeFormat>();

/** @throws RangeError where there is no such zone */
function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone);
  if (known) return known;
  const numeric = 'numeric';
  const clock = new Intl.DateTimeFormat('en-US-u-ca-gregory', {
    ...{ timeZone: zone, hourCycle: 'h23', year: numeric, month: numeric, day: numeric },
    ...{ hour: numeric, minute: numeric, second: numeric },
  });
  if (clocks.size >= MOST_CLOCKS) clocks.clear();
  clocks.set(zone, clock);
  return clock;
}
