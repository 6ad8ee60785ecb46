import type { ProviderName } from './provider-names.ts';

/** What one SMS may be at most. */
export interface SmsLimits {
  /** Characters of the text, in UTF-16 units. */
  readonly characters: number;
  readonly segments: number;
}

/**
 * Limits of the providers of SMS.
 *
 * Infobip: status 25, which names 4,000 characters and 25 parts. Sinch: 1,600 characters were taken in 2020; the
 * number of parts is ours, more than any text within that has.
 */
export const SMS_LIMITS = {
  infobip: { characters: 4_000, segments: 25 },
  'sinch-sms': { characters: 1_600, segments: 30 },
} as const satisfies Readonly<Partial<Record<ProviderName, SmsLimits>>>;

/** What is known of an SMS provider; undefined where nothing is. */
export function smsLimitsOf(provider: string | null): SmsLimits | undefined {
  return Object.entries<SmsLimits>(SMS_LIMITS).find(([name]) => name === provider)?.[1];
}
