import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Account, OfferedMessage } from '../account.ts';
import { answerCall, type RefusalReplies } from '../answer-call.ts';
import type { FaultKind } from '../faults.ts';
import { replyJson, type Reply } from '../http.ts';
import type { HasRoom } from '../rate-window.ts';
import { takeOffers } from '../take-offers.ts';
import { batchBody, batchRequestSchema, refusal, type BatchRequest } from './wire.ts';

export const UNAUTHORISED: Reply = { status: 401, body: {} };

const REFUSALS: RefusalReplies = {
  // Sinch documents no Retry-After.
  throttle: { status: 429, body: {} },
  fail: { status: 500, body: {} },
  refuse: refusal(400, 'syntax_constraint_violation', 'The batch cannot be processed.'),
  unauthorised: UNAUTHORISED,
};

/** A call that offers a batch, as it came in. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: unknown;
  readonly seen: number;
  /** Trouble of every call at the moment. */
  readonly fault: FaultKind | undefined;
  readonly hasRoom: HasRoom;
}

/** Answers a call that offers a batch. */
export async function answerSend(account: Account, call: Call): Promise<void> {
  const parsed = batchRequestSchema.safeParse(call.body);
  if (!parsed.success) {
    replyJson(call.response, refusalOf(call.body, parsed.error.issues[0]));
    return;
  }
  const batch = parsed.data;
  const fault = call.fault ?? (call.hasRoom(batch.to.length) ? undefined : 'throttle');
  const { trouble, messages } = await takeOffers(account, offersOf(batch, call.seen), fault, {
    refusesKnownIds: false,
    refusalOf: () => undefined,
  });
  await answerCall(call, trouble, replyOf(batch, messages), REFUSALS);
}

function refusalOf(
  body: unknown,
  issue: { readonly path: readonly PropertyKey[]; readonly message: string } | undefined,
): Reply {
  if (body === undefined) return refusal(400, 'syntax_invalid_json', 'The body is not JSON.');
  const where = issue?.path.map(String).join('.') ?? '';
  return refusal(400, 'syntax_constraint_violation', `${where}: ${issue?.message ?? 'is wrong'}`);
}

/** One message a recipient; with several the reference alone would name none of them. */
function offersOf(batch: BatchRequest, seen: number): readonly OfferedMessage[] {
  const reference = batch.client_reference ?? crypto.randomUUID();
  return batch.to.map((to) => ({
    id: batch.to.length === 1 ? reference : `${reference}/${to}`,
    channel: 'sms',
    to,
    reportUrl: batch.delivery_report.startsWith('per_recipient') ? (batch.callback_url ?? null) : null,
    finalOnly: batch.delivery_report === 'per_recipient_final',
    seen,
  }));
}

/** 403 where the first recipient is one that the plan may not send to: the batch is refused as a whole. */
function replyOf(batch: BatchRequest, messages: Awaited<ReturnType<typeof takeOffers>>['messages']): Reply {
  const [first] = messages;
  switch (first?.taking.kind) {
    case 'refused':
      return refusal(403, 'illegal_number_type', `${first.offer.to} can not be sent to.`);
    case 'accepted': {
      const { row } = first.taking;
      return { status: 201, body: { ...batchBody(row), to: batch.to, from: batch.from, body: batch.body } };
    }
    default:
      // The nearest to an answer without an entry: one that names no batch.
      return { status: 201, body: {} };
  }
}
