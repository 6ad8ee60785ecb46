import { callingWindow, freshUntil } from '../domain/calling-hours.ts';
import type { GateFacts } from '../domain/gate.ts';
import type { CustomerFactsRow, NodeQuestion, ProjectFactsRow } from './gate-facts.ts';

const MINUTE = 60_000;

/** What the wall clocks of a customer allow, by the clock of the database. */
export interface LegalTimes extends Pick<GateFacts, 'window' | 'staleAfter'> {
  /** How long a message that is claimed now may be on its way, in whole minutes. */
  readonly validForMs: number;
}

interface Planned {
  readonly plannedAt: number;
  readonly staleAfter?: number;
  /** Whether it goes to test recipients, at any hour. */
  readonly isTest?: boolean;
}

/** @param planned when the message was planned to leave, and when it is stale where that is known already */
export function legalTimes(
  row: Pick<ProjectFactsRow, 'clock_offset_ms' | 'now_ms'> &
    Pick<CustomerFactsRow, 'phone' | 'country' | 'timezone'>,
  { consentClass, freshnessMs, windowMarginMs: marginMs, providerIsLocal }: NodeQuestion,
  { plannedAt, staleAfter: known, isTest = false }: Planned,
): LegalTimes {
  if (consentClass !== 'marketing' || isTest)
    return {
      window: null,
      staleAfter: known ?? plannedAt + freshnessMs,
      validForMs: Number.POSITIVE_INFINITY,
    };
  // Nothing that is real goes by a clock that was set.
  const offset = providerIsLocal ? row.clock_offset_ms : 0;
  const now = row.now_ms + offset;
  const window = callingWindow(row, now, marginMs);
  const staleAfter = known ?? freshUntil(row, plannedAt + offset, { freshnessMs, marginMs }) - offset;
  return {
    window: window && { opensAt: window.opensAt - offset, closesAt: window.closesAt - offset },
    staleAfter,
    validForMs: window ? Math.floor((window.closesAt + marginMs - now) / MINUTE) * MINUTE : 0,
  };
}
