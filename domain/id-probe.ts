import type { SubmitOutcome } from './outcome.ts';
import type { Timings } from './timings.ts';

/**
 * How far a probe of an account's ids has come.
 *
 * - `sending`: its message is about to be offered
 * - `waiting`: it was taken, and its id is offered again when the wait is over
 * - `verified`: the account refused the repeat as known
 * - `not_verified`: the account took the repeat as a second message
 * - `failed`: nothing can be said, for the reason that it names
 * - `abandoned`: what it was to find out about is not there any more
 */
export const ID_PROBE_STATES = [
  'sending',
  'waiting',
  'verified',
  'not_verified',
  'failed',
  'abandoned',
] as const;
export type IdProbeState = (typeof ID_PROBE_STATES)[number];

/** Why a probe has failed or was abandoned; other codes are those of errors. */
export const ID_PROBE_REASONS = {
  no_answer: 'Nobody can tell whether the provider took the message. Probe again.',
  never_sent: 'The message could not be offered for a long time. Check the integration, then probe again.',
  message_refused: 'The provider refused the message for another reason. Mend that, then probe again.',
  new_id_refused: 'The provider refused a new id as known, so that its answer says nothing.',
  account_changed: 'The address, the settings or the credentials were changed: it is another account now.',
  integration_removed: 'The integration was removed.',
  test_recipient_gone: 'The test recipient was removed, or has another number by now.',
  opted_out: 'The number has opted out.',
  not_in_allow_list: 'The number is none of TEST_NUMBERS.',
  integration_not_configured:
    'The integration has no address, settings or credentials that its provider takes.',
} as const;
export type IdProbeReason = keyof typeof ID_PROBE_REASONS;

/** Most calls of one probe, those that came to nothing included. */
const MAX_CALLS = 20;

/** Longest time from one offer of a message to its last repeat: a repeat is claimed until the message is stale. */
export function longestRepeatMs({ freshnessMs, callStartMs, callMs }: Timings): number {
  return Math.max(...Object.values(freshnessMs)) + callStartMs + callMs;
}

/** What a call, or its loss with its process, makes of a probe. */
export type IdProbeStep =
  /** Its id is offered again after the whole wait, which begins now. */
  | { readonly kind: 'wait' }
  /** Nothing of it has left: the same call once more, after the pause that the provider wants. */
  | { readonly kind: 'again'; readonly retryAfterMs: number | null }
  | {
      readonly kind: 'end';
      readonly state: Exclude<IdProbeState, 'sending' | 'waiting'>;
      readonly reason: IdProbeReason | null;
      readonly statusCode?: string;
      readonly error?: string;
    };

type Open = Extract<IdProbeState, 'sending' | 'waiting'>;

/**
 * What follows from the outcome of a probe's call, `undefined` where nobody recorded one.
 *
 * A repeat that may have been taken is followed by the whole wait anew: an account that forgets ids sooner would else refuse the next
 * repeat for the sake of this one, and seem to keep them.
 */
export function stepOfProbe(
  { state, calls }: { readonly state: Open; readonly calls: number },
  outcome: SubmitOutcome | undefined,
): IdProbeStep {
  const said = outcome && 'statusCode' in outcome ? outcome : undefined;
  const words = said && { statusCode: said.statusCode, error: said.error };
  const failed = (reason: IdProbeReason): IdProbeStep => ({
    ...{ kind: 'end', state: 'failed', reason },
    ...words,
  });
  switch (outcome?.kind) {
    case undefined:
    case 'unknown':
      return state === 'sending' || calls >= MAX_CALLS ? failed('no_answer') : { kind: 'wait' };
    case 'accepted':
      return state === 'sending' ? { kind: 'wait' } : { kind: 'end', state: 'not_verified', reason: null };
    case 'duplicate_id':
      return state === 'sending'
        ? failed('new_id_refused')
        : { kind: 'end', state: 'verified', reason: null };
    case 'rejected':
      return failed('message_refused');
    case 'unsent':
      if (outcome.cause === 'account' || outcome.cause === 'batch') return failed('message_refused');
      return calls >= MAX_CALLS
        ? failed('never_sent')
        : { kind: 'again', retryAfterMs: outcome.retryAfterMs };
  }
}

/** What a probe's message says. */
export const ID_PROBE_TEXT = 'A test: it shows whether this account refuses a message id that it knows.';
