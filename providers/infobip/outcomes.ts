import { MISSING_ENTRY, type SubmitOutcome, type UnsentCause } from '../../domain/outcome.ts';
import type { CallError, HttpAnswer } from '../http-client.ts';
import type { OutboundMessage } from '../provider.ts';
import { errorClassOf, STATUS_GROUP, STATUS_ID } from './codes.ts';
import { apiErrorSchema, submitAnswerSchema, type InfobipStatus } from './wire.ts';

/** `Tue, 05 Jan 2027 08:00:00 GMT`; `Date.parse` alone takes nearly any text for a date. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

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

/** What an answer says of each message of its call. */
export function outcomesOfAnswer(
  messages: readonly OutboundMessage[],
  answer: HttpAnswer,
): readonly SubmitOutcome[] {
  if (answer.status >= 200 && answer.status < 300) return outcomesOfAcceptance(messages, answer);
  const { statusCode, error } = describeRefusal(answer);
  const same = (outcome: (messageId: string) => SubmitOutcome): readonly SubmitOutcome[] =>
    messages.map((message) => outcome(message.id));
  const unsent = (cause: UnsentCause, retryAfterMs: number | null): readonly SubmitOutcome[] =>
    same((messageId) => ({ kind: 'unsent', messageId, cause, retryAfterMs, statusCode, error }));
  if (answer.status === 429) return unsent('throttled', retryAfter(answer));
  if (answer.status === 401 || answer.status === 403) return unsent('account', null);
  if (answer.status === 408 || answer.status >= 500 || answer.status < 400) {
    return same((messageId) => ({ kind: 'unknown', messageId, statusCode, error }));
  }
  // A refused call has sent nothing. Which message it was refused for shows when each is offered alone.
  if (messages.length > 1) return unsent('batch', 0);
  return same((messageId) => ({ kind: 'rejected', messageId, statusCode, error, errorClass: 'permanent' }));
}

function outcomesOfAcceptance(
  messages: readonly OutboundMessage[],
  answer: HttpAnswer,
): readonly SubmitOutcome[] {
  const parsed = submitAnswerSchema.safeParse(parseJson(answer.body));
  const entries = new Map(parsed.data?.messages.map((entry) => [entry.messageId, entry.status]));
  return messages.map(({ id }) => {
    const status = entries.get(id);
    if (status) return outcomeOfStatus(id, status);
    const error = parsed.success
      ? 'The answer has no entry for this message.'
      : 'The answer could not be read.';
    return {
      kind: 'unknown',
      messageId: id,
      statusCode: parsed.success ? MISSING_ENTRY : String(answer.status),
      error,
    };
  });
}

function outcomeOfStatus(messageId: string, status: InfobipStatus): SubmitOutcome {
  const statusCode = String(status.id);
  const error = status.description || status.name;
  if (status.groupId === STATUS_GROUP.rejected) {
    if (status.id === STATUS_ID.duplicateMessageId) return { kind: 'duplicate_id', messageId };
    if (status.id === STATUS_ID.systemError) {
      return { kind: 'unsent', messageId, cause: 'provider', retryAfterMs: null, statusCode, error };
    }
  }
  switch (status.groupId) {
    case STATUS_GROUP.accepted:
    case STATUS_GROUP.pending:
    case STATUS_GROUP.delivered:
      return { kind: 'accepted', messageId, providerMessageId: messageId };
    case STATUS_GROUP.rejected:
    case STATUS_GROUP.undeliverable:
    case STATUS_GROUP.expired:
      return {
        kind: 'rejected',
        messageId,
        statusCode,
        error,
        errorClass: errorClassOf(status.id, 0, undefined),
      };
    default:
      return { kind: 'unknown', messageId, statusCode, error };
  }
}

/** The code and text of an answer that is none of success. */
export function describeRefusal(answer: HttpAnswer): { statusCode: string; error: string } {
  const parsed = apiErrorSchema.safeParse(parseJson(answer.body));
  if (!parsed.success) return { statusCode: String(answer.status), error: `HTTP ${answer.status}` };
  const { errorCode, description, violations } = parsed.data;
  const details = violations.map(({ property, violation }) => `${property} ${violation}`).join('; ');
  return { statusCode: errorCode, error: details ? `${description} (${details})` : description };
}

/** `Retry-After` in seconds or as a date. */
function retryAfter(answer: HttpAnswer): number | null {
  const value = answer.headers['retry-after'];
  if (typeof value !== 'string') return null;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const at = HTTP_DATE.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
