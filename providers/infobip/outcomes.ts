import { MISSING_ENTRY, type SubmitOutcome } from '../../domain/outcome.ts';
import { outcomesOfRefusal, type VendorReason } from '../call-outcomes.ts';
import { parseJson } from '../http-answer.ts';
import type { HttpAnswer } from '../http-client.ts';
import type { OutboundMessage } from '../provider.ts';
import { errorClassOf, STATUS_GROUP, STATUS_ID } from './codes.ts';
import { apiErrorSchema, submitAnswerSchema, submitEntrySchema, type InfobipStatus } from './wire.ts';

/** What an answer says of each message of its call. */
export function outcomesOfAnswer(
  messages: readonly OutboundMessage[],
  answer: HttpAnswer,
): readonly SubmitOutcome[] {
  if (answer.status >= 200 && answer.status < 300) return outcomesOfAcceptance(messages, answer);
  return outcomesOfRefusal(messages, answer, describeRefusal(answer));
}

function outcomesOfAcceptance(
  messages: readonly OutboundMessage[],
  answer: HttpAnswer,
): readonly SubmitOutcome[] {
  const parsed = submitAnswerSchema.safeParse(parseJson(answer.body));
  // An entry that can't be read costs none of the others.
  const read = (parsed.data?.messages ?? []).flatMap(
    (entry) => submitEntrySchema.safeParse(entry).data ?? [],
  );
  const entries = new Map(read.map((entry) => [entry.messageId, entry.status]));
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
export function describeRefusal(answer: HttpAnswer): VendorReason {
  const parsed = apiErrorSchema.safeParse(parseJson(answer.body));
  if (!parsed.success) return { statusCode: String(answer.status), error: `HTTP ${answer.status}` };
  const { errorCode, description, violations } = parsed.data;
  const details = violations.map(({ property, violation }) => `${property} ${violation}`).join('; ');
  return { statusCode: errorCode, error: details ? `${description} (${details})` : description };
}
