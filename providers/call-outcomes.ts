import type { SubmitOutcome, UnsentCause } from '../domain/outcome.ts';
import { retryAfter } from './http-answer.ts';
import type { CallError, HttpAnswer } from './http-client.ts';
import type { OutboundMessage } from './provider.ts';

/** A vendor's code and text, as given. */
export interface VendorReason {
  readonly statusCode: string;
  readonly error: string;
}

/** What a call without a whole answer says of its messages. */
export function outcomesOfError(
  messages: readonly OutboundMessage[],
  error: CallError,
): readonly SubmitOutcome[] {
  const { code: statusCode, message } = error;
  return messages.map(({ id: messageId }): SubmitOutcome => {
    if (error.sent !== 'no') return { kind: 'unknown', messageId, statusCode, error: message };
    const cause = statusCode === 'late' ? 'late' : 'unreachable';
    return { kind: 'unsent', messageId, cause, retryAfterMs: null, statusCode, error: message };
  });
}

/**
 * What an answer other than success says of its messages, by its HTTP status.
 *
 * 429 and 401, 403 have sent nothing; 408 and 5xx leave everything in doubt, whatever the vendor's text says: what stands
 * before the vendor may have answered. Any other 4xx has refused the call as a whole.
 */
export function outcomesOfRefusal(
  messages: readonly OutboundMessage[],
  answer: HttpAnswer,
  { statusCode, error }: VendorReason,
): readonly SubmitOutcome[] {
  const same = (outcome: (messageId: string) => SubmitOutcome): readonly SubmitOutcome[] =>
    messages.map((message) => outcome(message.id));
  const unsent = (cause: UnsentCause, retryAfterMs: number | null): readonly SubmitOutcome[] =>
    same((messageId) => ({ kind: 'unsent', messageId, cause, retryAfterMs, statusCode, error }));
  if (answer.status === 429) return unsent('throttled', retryAfter(answer));
  if (answer.status === 401 || answer.status === 403) return unsent('account', null);
  if (answer.status === 408 || answer.status >= 500 || answer.status < 400)
    return same((messageId) => ({ kind: 'unknown', messageId, statusCode, error }));
  // A refused call has sent nothing. Which message it was refused for shows when each is offered alone.
  if (messages.length > 1) return unsent('batch', 0);
  return same((messageId) => ({ kind: 'rejected', messageId, statusCode, error, errorClass: 'permanent' }));
}
