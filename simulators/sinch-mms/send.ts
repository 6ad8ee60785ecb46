import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { Account } from '../account.ts';
import { answerCall, type RefusalReplies } from '../answer-call.ts';
import type { FaultKind } from '../faults.ts';
import { replyJson, type Reply } from '../http.ts';
import type { MediaCheck } from '../media-check.ts';
import { mediaFaultOf } from '../media-fault.ts';
import type { HasRoom } from '../rate-window.ts';
import { takeOffers, TAKES_NOTHING, troubleOf, type Taking } from '../take-offers.ts';
import { SINCH_MMS_REFUSALS } from './fates.ts';
import type { ShownMessage } from '../ledger.ts';
import type { SavedMms } from './saved.ts';
import { contentOf, shownOf, shownOfSaved } from './shown.ts';
import { faultOfSavedFiles, faultOfSentFiles, filesOf, isNotCopied, type SlideFile } from './slide-files.ts';
import {
  failure,
  faultOfContent,
  faultOfSaving,
  faultOfSending,
  requestSchema,
  trackingIdOf,
  type Generation,
  type SinchMmsRequest,
} from './wire.ts';

export const WRONG_KEY: Reply = failure('E104');

const REFUSALS: RefusalReplies = {
  throttle: failure('E113'),
  fail: { status: 500, body: {} },
  refuse: failure('E100'),
  unauthorised: WRONG_KEY,
};

/** A call as it came in. */
export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: unknown;
  readonly seen: number;
  /** Trouble of every call at the moment. */
  readonly fault: FaultKind | undefined;
}

export interface SinchMmsAccount {
  readonly account: Account;
  readonly saved: SavedMms;
  readonly serviceId: string;
  readonly generation: Generation;
  readonly hasRoom: HasRoom;
  /** Undefined where media are not looked at. */
  readonly media: MediaCheck | undefined;
  /** Where postbacks go; undefined until somebody has said so. */
  readonly postbackUrl: () => string | undefined;
}

/** Answers a call, whatever its action is. */
export async function answerCallOf(owner: SinchMmsAccount, call: Call): Promise<void> {
  const parsed = requestSchema.safeParse(call.body);
  if (!parsed.success) {
    replyJson(call.response, failure('E108'));
    return;
  }
  const asked = parsed.data;
  const early = asked['service-id'] === owner.serviceId ? undefined : 'E627';
  switch (asked.action) {
    case 'savemms': {
      const files = await filesOf(asked, owner.media);
      const fault = early ?? faultOfSaving(asked, owner.generation) ?? faultOfSavedFiles(files);
      if (fault === undefined) return save(owner, call, asked, files);
      replyJson(call.response, failure(fault));
      return;
    }
    case 'sendsavedmms': {
      const { 'mms-id': mmsId = '' } = asked;
      const fault = early ?? owner.saved.faultOf(asked['mms-id']) ?? faultOfSending(asked);
      const saved = owner.saved.contentOf(mmsId);
      if (fault !== undefined || !saved) return refuse(owner, call, asked, fault ?? 'E241');
      const shows = shownOfSaved(saved, asked, owner.generation);
      return offer(owner, call, asked, { shows, files: owner.saved.filesOf(mmsId) });
    }
    case 'sendmms': {
      const files = await filesOf(asked, owner.media);
      const fault =
        early ??
        faultOfContent(asked, owner.generation) ??
        faultOfSending(asked) ??
        faultOfSentFiles(files, asked.from);
      if (fault !== undefined) return refuse(owner, call, asked, fault);
      return offer(owner, call, asked, { shows: shownOf(contentOf(asked)), files });
    }
    default: {
      replyJson(call.response, failure('E107'));
      return;
    }
  }
}

/** Saves an MMS under the same troubles as a call that sends one. */
async function save(
  { saved }: SinchMmsAccount,
  call: Call,
  asked: SinchMmsRequest,
  files: readonly SlideFile[],
): Promise<void> {
  const isTaken = !(call.fault && TAKES_NOTHING.has(call.fault));
  const mmsId = isTaken ? saved.save(contentOf(asked), files) : '';
  const body = { status: 'Success', 'mms-id': mmsId, 'status-details': 'MMS saved and queued for encoding' };
  await answerCall(call, call.fault && troubleOf(call.fault), { status: 200, body }, REFUSALS);
}

async function refuse(
  { account }: SinchMmsAccount,
  call: Call,
  asked: SinchMmsRequest,
  code: string,
): Promise<void> {
  const { to = '', 'client-reference': id } = asked;
  if (id !== undefined) await account.refuse([offerOf(asked, id, call.seen, null)]);
  replyJson(call.response, failure(code, to));
}

async function offer(
  owner: SinchMmsAccount,
  call: Call,
  asked: SinchMmsRequest,
  { shows, files }: { readonly shows: ShownMessage; readonly files: readonly SlideFile[] },
): Promise<void> {
  const id = asked['client-reference'] ?? randomUUID();
  const { to = '', from: sender } = asked;
  const mediaFault = files.some(isNotCopied) ? 'unreachable' : mediaFaultOf({ to, sender }, files);
  const offered = offerOf(asked, id, call.seen, owner.postbackUrl() ?? null);
  const offers = [{ ...offered, shows, ...(mediaFault && { mediaFault }) }];
  const rules = { refusesKnownIds: false, refusalOf: () => undefined };
  const fault = call.fault ?? (owner.hasRoom(1) ? undefined : 'throttle');
  const { trouble, messages } = await takeOffers(owner.account, offers, fault, rules);
  await answerCall(call, trouble, replyOf(asked, messages[0]?.taking), REFUSALS);
}

function offerOf(asked: SinchMmsRequest, id: string, seen: number, reportUrl: string | null) {
  const fallsBack = asked['fallback-sms-text'] !== undefined && asked['disable-fallback-sms'] !== true;
  return {
    id,
    channel: 'mms' as const,
    to: asked.to ?? '',
    reportUrl,
    ...(fallsBack && { fallsBack }),
    seen,
  };
}

function replyOf({ to, 'mms-id': mmsId }: SinchMmsRequest, taking: Taking | undefined): Reply {
  switch (taking?.kind) {
    case 'refused':
      return failure(SINCH_MMS_REFUSALS[taking.refusal], to);
    case 'accepted': {
      const ids = {
        'tracking-id': trackingIdOf(taking.row),
        ...(mmsId !== undefined && { 'mms-id': mmsId }),
      };
      const details = 'MMS request accepted and queued for delivery';
      return { status: 200, body: { status: 'Success', to, ...ids, 'status-details': details } };
    }
    default:
      // The nearest to an answer without an entry.
      return { status: 200, body: {} };
  }
}
