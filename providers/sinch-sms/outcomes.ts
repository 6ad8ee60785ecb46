import type { SubmitOutcome } from '../../domain/outcome.ts';
import { outcomesOfRefusal, type VendorReason } from '../call-outcomes.ts';
import { parseJson } from '../http-answer.ts';
import type { HttpAnswer } from '../http-client.ts';
import type { OutboundMessage } from '../provider.ts';
import { batchSchema, errorSchema } from './wire.ts';

/** Codes of a 403 that refuse one message, not the account. */
const OF_THE_MESSAGE: ReadonlySet<string> = new Set(['unknown_group', 'illegal_number_type']);

/**
 * What an answer says of the message of its call; what becomes of it in the end only a report says.
 *
 * 404 means that the service plan is not known: nothing can be sent through this account.
 */
export function outcomesOfAnswer(message: OutboundMessage, answer: HttpAnswer): readonly SubmitOutcome[] {
  const { id: messageId } = message;
  if (answer.status < 200 || answer.status >= 300) {
    const reason = describeRefusal(answer);
    if (answer.status === 404)
      return [{ kind: 'unsent', messageId, cause: 'account', retryAfterMs: null, ...reason }];
    if (answer.status === 403 && OF_THE_MESSAGE.has(reason.statusCode))
      return [{ kind: 'rejected', messageId, errorClass: 'permanent', ...reason }];
    return outcomesOfRefusal([message], answer, reason);
  }
  const batch = batchSchema.safeParse(parseJson(answer.body));
  if (batch.success) return [{ kind: 'accepted', messageId, providerMessageId: batch.data.id }];
  const statusCode = String(answer.status);
  return [{ kind: 'unknown', messageId, statusCode, error: 'The answer could not be read.' }];
}

/** The code and text of an answer that is none of success. */
export function describeRefusal(answer: HttpAnswer): VendorReason {
  const parsed = errorSchema.safeParse(parseJson(answer.body));
  if (!parsed.success) return { statusCode: String(answer.status), error: `HTTP ${answer.status}` };
  return { statusCode: parsed.data.code, error: parsed.data.text || parsed.data.code };
}
