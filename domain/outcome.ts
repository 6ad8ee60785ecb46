/**
 * What a vendor's code means to us.
 *
 * - `retryable`: the same message may succeed later
 * - `permanent`: the same message will fail again
 * - `suppress_number`: the number itself is the cause
 * - `fallback_to_sms`: unsupported content or a handset that can't take it: an SMS could be taken in its place
 * - `too_large`: too large for the operator or the provider; an SMS could be taken as well, and nothing is told of the handset
 * - `filtered`: a carrier's filter; never retried, never the number's fault
 * - `account`: our own account, sender or configuration
 */
export const ERROR_CLASSES = [
  'retryable',
  'permanent',
  'suppress_number',
  'fallback_to_sms',
  'too_large',
  'filtered',
  'account',
] as const;
export type ErrorClass = (typeof ERROR_CLASSES)[number];

/**
 * Why a message was provably not sent.
 *
 * - `unreachable`: no byte of the call can have left
 * - `late`: the call could not start in time and was not made
 * - `throttled`: the provider takes less than it was offered
 * - `account`: the account is refused, whatever it offers
 * - `batch`: the call was refused as a whole; which message it was refused for shows when each is offered alone
 * - `provider`: the provider says that the failure was its own
 */
export type UnsentCause = 'unreachable' | 'late' | 'throttled' | 'account' | 'batch' | 'provider';

/** What one call says of one message that it offered. */
export type SubmitOutcome =
  | { readonly kind: 'accepted'; readonly messageId: string; readonly providerMessageId: string }
  /** The provider had accepted this id before: nothing has been sent a second time. */
  | { readonly kind: 'duplicate_id'; readonly messageId: string }
  /** Provably not sent; may be offered again after `retryAfterMs`. */
  | {
      readonly kind: 'unsent';
      readonly messageId: string;
      readonly cause: UnsentCause;
      readonly retryAfterMs: number | null;
      readonly statusCode: string;
      readonly error: string;
    }
  | {
      readonly kind: 'rejected';
      readonly messageId: string;
      readonly statusCode: string;
      readonly error: string;
      readonly errorClass: ErrorClass;
    }
  /** Nobody can tell whether the provider took it. */
  | {
      readonly kind: 'unknown';
      readonly messageId: string;
      readonly statusCode: string;
      readonly error: string;
    };

/** `statusCode` of messages that an adapter refuses without a call: they prove nothing of the account. */
export const REFUSED_UNCALLED: ReadonlySet<string> = new Set([
  'subject_too_long',
  'too_many_slides',
  'fallback_text_too_long',
]);

/** `statusCode` of a message of which the answer said nothing. */
export const MISSING_ENTRY = 'missing_entry';
