import type { CallingWindow } from './calling-window.ts';
import type { SuppressionReason } from './reasons.ts';

/** Countries that are served: the US with the territories that have a country code of their own, and Canada. */
export const SERVED_COUNTRIES: readonly string[] = ['US', 'PR', 'VI', 'GU', 'CA'];

export const PROJECT_MODES = ['simulator', 'allow-list', 'live'] as const;
/** `simulator`: nothing leaves this machine; `allow-list`: only registered test numbers are called. */
export type ProjectMode = (typeof PROJECT_MODES)[number];

export type ConsentClass = 'marketing' | 'transactional';
export type ConsentState = 'granted' | 'unproven' | 'revoked';

/** What the gate knows of one member at one instant. */
export interface GateFacts {
  readonly mode: ProjectMode;
  /** Whether the provider is on this machine. */
  readonly providerIsLocal: boolean;
  readonly consentClass: ConsentClass;
  /** Whether it is a test send, which needs no consent and counts towards no cap. */
  readonly isTest: boolean;
  readonly customerDeleted: boolean;
  /** The number's stored validity; `none` when the customer has no number. */
  readonly number: 'none' | 'invalid' | 'valid';
  readonly country: string | null;
  readonly isTestNumber: boolean;
  readonly optedOut: boolean;
  readonly consent: ConsentState | null;
  /** Whether the consent was proven for the number that the customer has now. */
  readonly consentForThisNumber: boolean;
  /** Why an operator holds messages of this kind, or null. */
  readonly heldBy: string | null;
  /** When the next probe of the integration's open breaker is due; null while it is closed. */
  readonly probeAt: number | null;
  /** Whether the number has got as many messages as the project's cap allows. */
  readonly capReached: boolean;
  /**
   * When marketing may be claimed for the number, by the clock of the database: now or next. Null where no hour will do.
   */
  readonly window: Pick<CallingWindow, 'opensAt' | 'closesAt'> | null;
  readonly now: number;
  /** Instant after which the message is no longer worth sending. */
  readonly staleAfter: number;
  /** How long to wait at most before a member who was put off is looked at again. */
  readonly recheckMs: number;
}

/** What the gate decides for one member. */
export type Verdict =
  | { readonly kind: 'send' }
  | { readonly kind: 'suppress'; readonly reason: SuppressionReason }
  | { readonly kind: 'defer'; readonly until: number; readonly reason: string };

/** Why a member waits whom marketing may not reach at this hour. */
export const QUIET_HOURS = 'quiet_hours';
/** Why a member waits whose integration's breaker is open. */
export const BREAKER_OPEN = 'breaker_open';

/** The one place that decides whether a message may leave; asked again inside the claim, under the lock. */
export function decideVerdict(facts: GateFacts): Verdict {
  const reason = numberReason(facts) ?? permissionReason(facts);
  if (reason) return { kind: 'suppress', reason };
  if (facts.now > facts.staleAfter) return { kind: 'suppress', reason: 'stale' };
  const quiet = quietHours(facts);
  if (quiet) return quiet;
  const recheckAt = facts.now + facts.recheckMs;
  if (facts.heldBy !== null) return { kind: 'defer', until: recheckAt, reason: 'held' };
  const { probeAt } = facts;
  if (probeAt !== null && probeAt > facts.now)
    return { kind: 'defer', until: Math.min(probeAt, recheckAt), reason: BREAKER_OPEN };
  if (facts.capReached && facts.consentClass === 'marketing' && !facts.isTest)
    return { kind: 'suppress', reason: 'capped' };
  return { kind: 'send' };
}

/** Whoever waits for the morning is not looked at before, whatever else keeps the message in; nobody waits for one that comes too late. */
function quietHours({ consentClass, isTest, window, now, staleAfter }: GateFacts): Verdict | undefined {
  if (consentClass !== 'marketing' || isTest) return undefined;
  if (window === null) return { kind: 'suppress', reason: 'no_common_hours' };
  if (now >= window.opensAt) return undefined;
  if (window.opensAt > staleAfter) return { kind: 'suppress', reason: 'stale' };
  return { kind: 'defer', until: window.opensAt, reason: QUIET_HOURS };
}

function numberReason(facts: GateFacts): SuppressionReason | undefined {
  if (facts.customerDeleted) return 'customer_deleted';
  if (facts.number === 'none') return 'no_number';
  if (facts.number === 'invalid') return 'invalid_number';
  if (facts.country === null || !SERVED_COUNTRIES.includes(facts.country)) return 'country_not_served';
  if (callsTestNumbersOnly(facts) && !facts.isTestNumber) return 'not_in_allow_list';
  return undefined;
}

/**
 * Whether only registered test numbers may be called.
 *
 * A demo may have left mode `simulator` in a database whose provider is a real one now.
 */
export function callsTestNumbersOnly({
  mode,
  providerIsLocal,
}: Pick<GateFacts, 'mode' | 'providerIsLocal'>): boolean {
  return mode === 'allow-list' || (mode === 'simulator' && !providerIsLocal);
}

function permissionReason(facts: GateFacts): SuppressionReason | undefined {
  const marketing = facts.consentClass === 'marketing';
  if (facts.optedOut && marketing) return 'opted_out';
  if (facts.isTest) return undefined;
  if (facts.consent === 'revoked') return 'consent_revoked';
  if (!marketing) return undefined;
  if (facts.consent === null) return 'no_consent';
  if (facts.consent === 'unproven') return 'consent_unproven';
  return facts.consentForThisNumber ? undefined : 'consent_other_number';
}
