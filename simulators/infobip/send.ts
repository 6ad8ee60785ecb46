import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Channel } from '../../domain/channel.ts';
import { replyJson, type Reply } from '../http.ts';
import type { Account, OfferedMessage } from './account.ts';
import type { FaultKind } from './faults.ts';
import { handsetOf } from './handsets.ts';
import { answerEntry, apiError, mmsRequestSchema, smsRequestSchema } from './wire.ts';

const MAX_MMS_TEXT = 1_600;
/** Longer than a report takes that is due at once. */
const DAWDLE_MS = 300;
const TRICKLE_MS = 100;

export const UNAUTHORISED: Reply = {
  status: 401,
  body: { errorCode: 'E401', description: 'Unauthorized' },
};

/** A call that offers messages, as it came in. */
export interface Call {
  readonly request: IncomingMessage;
  readonly body: unknown;
  readonly seen: number;
  /** Trouble of every call at the moment. */
  readonly fault: FaultKind | undefined;
}

interface Offer extends OfferedMessage {
  readonly text: string;
}

/** Answers one call that offers messages; a magic number's trouble is the trouble of the whole call. */
export async function answerSend(
  account: Account,
  channel: Channel,
  call: Call,
  response: ServerResponse,
): Promise<void> {
  const offers = offersOf(channel, call);
  if ('status' in offers) {
    replyJson(response, offers);
    return;
  }
  const trouble = await takeOffers(account, offers.messages, call.fault);
  switch (trouble.kind) {
    case 'unauthorised':
      replyJson(response, UNAUTHORISED);
      return;
    case 'throttle':
      replyJson(response, {
        status: 429,
        body: apiError('E429', 'Too many requests.'),
        headers: { 'retry-after': '1' },
      });
      return;
    case 'fail':
      replyJson(response, { status: 500, body: apiError('E500', 'Internal server error.') });
      return;
    case 'reset':
      call.request.socket.resetAndDestroy();
      return;
    case 'silence':
      return;
    case 'refuse':
      replyJson(response, { status: 400, body: apiError('E400', 'Request cannot be processed.') });
      return;
    case 'trickle':
      await trickle(response);
      return;
    case 'truncate':
      response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
      response.end('{"messages":[{"messageId":"');
      return;
    case 'none':
    case 'dawdle':
      if (trouble.kind === 'dawdle') await pause(DAWDLE_MS);
      replyJson(response, { status: 200, body: { messages: trouble.entries } });
  }
}

type Trouble =
  | {
      readonly kind:
        'throttle' | 'fail' | 'reset' | 'silence' | 'truncate' | 'trickle' | 'refuse' | 'unauthorised';
    }
  | { readonly kind: 'none' | 'dawdle'; readonly entries: readonly object[] };

async function takeOffers(
  account: Account,
  offers: readonly Offer[],
  fault: Call['fault'],
): Promise<Trouble> {
  const refused = async (kind: 'throttle' | 'fail' | 'refuse' | 'unauthorised'): Promise<Trouble> => {
    await account.refuse(offers);
    return { kind };
  };
  if (fault === 'throttle' || fault === 'fail' || fault === 'unauthorised') return refused(fault);
  const answers = offers.map((offer) => ({
    offer,
    answer: handsetOf(offer.to, offer.channel).answer,
    before: account.countOffer(offer.id),
  }));
  const first = (wanted: string): boolean =>
    answers.some(({ answer, before }) => answer === wanted && before === 0);
  if (offers.length > 1 && answers.some(({ answer }) => answer === 'refuse_company'))
    return refused('refuse');
  if (first('throttle_once')) return refused('throttle');
  if (first('fail_once')) return refused('fail');
  const entries = await Promise.all(
    answers.map(async ({ offer, answer }) => {
      if (account.knows(offer.id)) {
        await account.refuse([offer], 'duplicate_refused');
        return [answerEntry(offer.id, offer.to, 23)];
      }
      const rejection = typeof answer === 'object' ? answer.reject : channelLimit(offer) ? 77 : undefined;
      if (rejection !== undefined) {
        await account.refuse([offer]);
        return [answerEntry(offer.id, offer.to, rejection)];
      }
      await account.accept(offer);
      return answer === 'accept_without_entry' ? [] : [answerEntry(offer.id, offer.to)];
    }),
  );
  if (fault) return { kind: ACCEPTED_BUT[fault] };
  if (first('accept_then_reset')) return { kind: 'reset' };
  if (first('accept_then_silence')) return { kind: 'silence' };
  if (first('accept_then_truncate')) return { kind: 'truncate' };
  if (first('accept_then_trickle')) return { kind: 'trickle' };
  return { kind: first('accept_then_dawdle') ? 'dawdle' : 'none', entries: entries.flat() };
}

/** What becomes of the answer to a call whose messages were all accepted. */
const ACCEPTED_BUT = {
  accept_then_fail: 'fail',
  accept_then_reset: 'reset',
  accept_then_silence: 'silence',
  accept_then_truncate: 'truncate',
  accept_then_trickle: 'trickle',
} as const;

/** A slow answer: the connection lives, the answer never ends. */
async function trickle(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/json', connection: 'close' });
  while (!response.destroyed) {
    response.write(' ');
    await pause(TRICKLE_MS);
  }
}

function channelLimit(offer: Offer): boolean {
  return offer.channel === 'mms' && offer.text.length > MAX_MMS_TEXT;
}

function offersOf(channel: Channel, { body, seen }: Call): Reply | { readonly messages: readonly Offer[] } {
  const parsed = channel === 'mms' ? mmsRequestSchema.safeParse(body) : smsRequestSchema.safeParse(body);
  if (!parsed.success) {
    const violations = parsed.error.issues.map((issue) => ({
      property: issue.path
        .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
        .join('')
        .slice(1),
      violation: issue.message,
    }));
    return { status: 400, body: { ...apiError('E400', 'Request cannot be processed.'), violations } };
  }
  const messages = parsed.data.messages.flatMap((message) => {
    const text =
      'text' in message.content
        ? message.content.text
        : message.content.messageSegments.map((part) => part.text ?? '').join('');
    const delivery = message.webhooks?.delivery;
    const reportUrl = delivery?.notify === false ? null : (delivery?.url ?? null);
    return message.destinations.map(({ to, messageId }) => ({
      // Infobip clips a longer id.
      id: (messageId ?? crypto.randomUUID()).slice(0, 200),
      channel,
      to,
      reportUrl,
      seen,
      text,
    }));
  });
  return { messages };
}
