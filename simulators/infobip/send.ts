import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Channel } from '../../domain/channel.ts';
import type { Account, OfferedMessage } from '../account.ts';
import { answerCall, type RefusalReplies } from '../answer-call.ts';
import type { FaultKind } from '../faults.ts';
import { replyJson, type Reply } from '../http.ts';
import type { MediaCheck } from '../media-check.ts';
import { mediaFaultOf } from '../media-fault.ts';
import { mediumOf, type NamedFile } from '../medium.ts';
import type { HasRoom } from '../rate-window.ts';
import { takeOffers } from '../take-offers.ts';
import { INFOBIP_REFUSALS } from './fates.ts';
import { answerEntry, apiError, mmsRequestSchema, smsRequestSchema } from './wire.ts';

const MAX_MMS_TEXT = 1_600;
/** Status id of an id that was taken before. */
const KNOWN_ID = 23;

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
  readonly hasRoom: HasRoom;
  /** Undefined where media are not looked at. */
  readonly media: MediaCheck | undefined;
}

interface Offer extends OfferedMessage {
  readonly text: string;
}

/** A message with its sender and media. */
interface Asked {
  readonly offer: Offer;
  readonly sender: string | undefined;
  readonly media: readonly NamedFile[];
}

const REFUSALS: RefusalReplies = {
  throttle: {
    status: 429,
    body: apiError('E429', 'Too many requests.'),
    headers: { 'retry-after': '1' },
  },
  fail: { status: 500, body: apiError('E500', 'Internal server error.') },
  refuse: { status: 400, body: apiError('E400', 'Request cannot be processed.') },
  unauthorised: UNAUTHORISED,
};

/** Answers one call that offers messages. */
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
  const fault = call.fault ?? (call.hasRoom(offers.messages.length) ? undefined : 'throttle');
  const checked = await Promise.all(offers.messages.map((asked) => withMediaFault(asked, call.media)));
  const { trouble, messages } = await takeOffers(account, checked, fault, {
    refusesKnownIds: true,
    refusalOf: (offer) => (channelLimit(offer) ? 'text_too_long' : undefined),
  });
  const entries = messages.flatMap(({ offer: { id, to }, taking }) => {
    switch (taking.kind) {
      case 'left_out':
        return [];
      case 'accepted':
        return [answerEntry(id, to)];
      case 'known':
        return [answerEntry(id, to, KNOWN_ID)];
      case 'refused':
        return [answerEntry(id, to, INFOBIP_REFUSALS[taking.refusal])];
    }
  });
  await answerCall(
    { request: call.request, response },
    trouble,
    { status: 200, body: { messages: entries } },
    REFUSALS,
  );
}

async function withMediaFault(
  { offer, sender, media }: Asked,
  check: MediaCheck | undefined,
): Promise<Offer> {
  const files = await Promise.all(media.map((file) => mediumOf(file, check)));
  const mediaFault = mediaFaultOf({ to: offer.to, sender }, files);
  return mediaFault === undefined ? offer : { ...offer, mediaFault };
}

function channelLimit(offer: Offer): boolean {
  return offer.channel === 'mms' && offer.text.length > MAX_MMS_TEXT;
}

function offersOf(channel: Channel, { body, seen }: Call): Reply | { readonly messages: readonly Asked[] } {
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
    const media =
      'text' in message.content
        ? []
        : message.content.messageSegments.flatMap(({ contentUrl: url, contentType }) =>
            url === undefined ? [] : [{ url, contentType }],
          );
    const delivery = message.webhooks?.delivery;
    const reportUrl = delivery?.notify === false ? null : (delivery?.url ?? null);
    return message.destinations.map(({ to, messageId }) => ({
      offer: {
        // Infobip clips a longer id.
        id: (messageId ?? crypto.randomUUID()).slice(0, 200),
        channel,
        to,
        reportUrl,
        ...(channel === 'mms' && message.options?.smsFailover && { fallsBack: true }),
        seen,
        text,
      },
      sender: message.sender,
      media,
    }));
  });
  return { messages };
}
