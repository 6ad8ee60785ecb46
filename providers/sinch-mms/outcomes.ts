import type { SubmitOutcome } from '../../domain/outcome.ts';
import { outcomesOfRefusal, type VendorReason } from '../call-outcomes.ts';
import { parseJson } from '../http-answer.ts';
import type { HttpAnswer } from '../http-client.ts';
import type { OutboundMessage } from '../provider.ts';
import { classOfRefusal, IN_DOUBT, NOT_SAVED, UNSENT_BY_CODE } from './codes.ts';
import { answerSchema } from './wire.ts';

/** How soon a message is offered again whose content has to be saved or encoded first. */
export const NOT_READY_MS = 2_000;

/** What a call was answered: by Sinch's own word where it can be read, else by HTTP. */
export type Answer =
  | { readonly kind: 'success'; readonly mmsId: string | null; readonly trackingId: string | null }
  | ({ readonly kind: 'failure' } & VendorReason)
  | { readonly kind: 'unreadable' }
  /** Another HTTP status than 200. */
  | ({ readonly kind: 'http' } & VendorReason);

export function readAnswer(answer: HttpAnswer): Answer {
  const parsed = answerSchema.safeParse(parseJson(answer.body));
  if (parsed.data?.status === 'failure') {
    const { 'error-code': statusCode, 'error-info': error } = parsed.data;
    return { kind: 'failure', statusCode, error: error ?? '' };
  }
  if (answer.status < 200 || answer.status > 299)
    return { kind: 'http', statusCode: String(answer.status), error: `HTTP ${answer.status}` };
  if (!parsed.success) return { kind: 'unreadable' };
  return {
    kind: 'success',
    mmsId: parsed.data['mms-id'] ?? null,
    trackingId: parsed.data['tracking-id'] ?? null,
  };
}

/** What the answer to a call says of the message that it offered. */
export function outcomesOfAnswer(message: OutboundMessage, http: HttpAnswer): readonly SubmitOutcome[] {
  const answer = readAnswer(http);
  const messageId = message.id;
  switch (answer.kind) {
    case 'success':
      return [{ kind: 'accepted', messageId, providerMessageId: answer.trackingId ?? messageId }];
    case 'unreadable':
      return [
        {
          kind: 'unknown',
          messageId,
          statusCode: String(http.status),
          error: 'The answer could not be read.',
        },
      ];
    case 'http':
      return outcomesOfRefusal([message], http, answer);
    case 'failure':
      return [outcomeOfFailure(messageId, answer)];
  }
}

function outcomeOfFailure(messageId: string, { statusCode, error }: VendorReason): SubmitOutcome {
  if (IN_DOUBT.has(statusCode)) return { kind: 'unknown', messageId, statusCode, error };
  const isForgotten = NOT_SAVED.has(statusCode);
  const cause = isForgotten ? 'provider' : UNSENT_BY_CODE[statusCode];
  if (cause) {
    const retryAfterMs = isForgotten || statusCode === 'E626' ? NOT_READY_MS : null;
    return { kind: 'unsent', messageId, cause, retryAfterMs, statusCode, error };
  }
  return { kind: 'rejected', messageId, statusCode, error, errorClass: classOfRefusal(statusCode, error) };
}
