import { AREA_CODE_ZONES, COUNTRY_ZONES } from './area-codes.ts';
import { windowsAround, type CallingWindow } from './calling-window.ts';

/** What tells where somebody may be. */
export interface Whereabouts {
  /** E.164. */
  readonly phone: string | null;
  readonly country: string | null;
  /** Of the customer's profile; it only narrows what the number says. */
  readonly timezone: string | null;
}

const DAY = 86_400_000;
/** Most days of sets of zones that are remembered. */
const MOST_REMEMBERED = 10_000;

const NATIONAL: readonly string[] = COUNTRY_ZONES['US'] ?? [];
const remembered = new Map<string, readonly CallingWindow[]>();

/** All zones that somebody may be in: those of the area code, else of the country, and the profile's. */
export function zonesOf({ phone, country, timezone }: Whereabouts): readonly string[] {
  const zones = numberZones(phone, country);
  return timezone === null || zones.includes(timezone) || !isZone(timezone) ? zones : [...zones, timezone];
}

/** The area code of an E.164 number, empty where it has none. */
export function areaCodeOf(phone: string | null): string {
  return phone?.startsWith('+1') ? phone.slice(2, 5) : '';
}

/**
 * The window in which marketing may be claimed for somebody: the one that is open at the instant, else the next one.
 *
 * Instants are those of the business clock. What it takes to find it out is done once for all who may be in the same zones.
 * @param marginMs how long before the end of the legal hours the window closes
 * @returns null where the zones have no hour in common
 */
export function callingWindow(who: Whereabouts, instant: number, marginMs: number): CallingWindow | null {
  const day = Math.floor(instant / DAY);
  const known = AREA_CODE_ZONES.has(areaCodeOf(who.phone));
  const place = known ? areaCodeOf(who.phone) : (who.country ?? '');
  const key = `${place} ${who.timezone ?? ''} ${day} ${marginMs}`;
  let windows = remembered.get(key);
  if (!windows) {
    if (remembered.size >= MOST_REMEMBERED) remembered.clear();
    windows = windowsAround(zonesOf(who), instant, marginMs);
    remembered.set(key, windows);
  }
  return windows.find(({ closesAt }) => closesAt > instant) ?? null;
}

/**
 * Instant after which a marketing message is no longer worth sending, by the business clock.
 *
 * Lateness counts from when it was planned; of one that is still fresh when its window closes, or was planned while it was closed,
 * from the next opening.
 */
export function freshUntil(
  who: Whereabouts,
  plannedAt: number,
  { freshnessMs, marginMs }: { readonly freshnessMs: number; readonly marginMs: number },
): number {
  const staleAt = plannedAt + freshnessMs;
  const window = Number.isFinite(staleAt) ? callingWindow(who, plannedAt, marginMs) : null;
  if (!window) return staleAt;
  if (plannedAt < window.opensAt) return window.opensAt + freshnessMs;
  if (staleAt <= window.closesAt) return staleAt;
  const next = callingWindow(who, window.closesAt, marginMs);
  return next ? next.opensAt + freshnessMs : staleAt;
}

function numberZones(phone: string | null, country: string | null): readonly string[] {
  return AREA_CODE_ZONES.get(areaCodeOf(phone)) ?? COUNTRY_ZONES[country ?? ''] ?? NATIONAL;
}

/** A profile may hold a name that this version of Node does not know: it says nothing then. */
function isZone(timezone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return true;
  } catch {
    return false;
  }
}
