import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  claimMessages,
  type Claim,
  type ClaimCandidate,
  type ClaimScope,
  type ClaimedMessage,
} from '../../database/claim-messages.ts';
import { measured } from '../../config/measured.ts';
import { asNew } from '../../database/as-new.ts';
import { isLockFailure } from '../../database/postgres-error.ts';
import type { CallRecord } from '../../database/record-outcomes.ts';
import { releaseClaim } from '../../database/release-claim.ts';
import type { Channel } from '../../domain/channel.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import type { MessageProvider } from '../../providers/provider.ts';
import type { Dependencies } from '../dependencies.ts';
import { allEnded } from './all-ended.ts';

export interface MicroBatch {
  readonly scope: ClaimScope;
  readonly candidates: readonly ClaimCandidate[];
  /** Most messages of one call. */
  readonly messagesPerCall: number;
  /** Whether nothing of them, or of their numbers, is taken to be in the ledger; being wrong costs a second claim. */
  readonly areNew: boolean;
}

/** How often a claim that lost a lock is repeated: nothing has been called. */
const MAX_CLAIMS = 5;

export interface StartedBatch {
  readonly claim: Claim;
  /** Resolves once every call's outcome is recorded, rejects once every call has ended. */
  readonly done: Promise<void>;
}

/**
 * One attempt for a few messages: claims, and starts the calls.
 *
 * The token is made here and never leaves the attempt. A call starts within `callStartMs` of the claim's commit or
 * is not made; whatever happens to this process, only the calls under way are in doubt. A call that hangs holds up
 * its own message and one slot, nothing else.
 */
export async function startMicroBatch(
  deps: Dependencies,
  provider: MessageProvider,
  batch: MicroBatch,
): Promise<StartedBatch> {
  const { scope, candidates, messagesPerCall } = batch;
  const slots = Math.ceil(candidates.length / messagesPerCall);
  await deps.callSlots.acquire(scope.integrationId, slots);
  let unused = slots;
  try {
    deps.reach('before_claim');
    const claim = await measured('claim', () => claimWithRetries(deps, batch));
    if (claim.claimed.length > 0) deps.reach('after_claim');
    if (claim.troubled) deps.breakerWatch.suspect(scope.integrationId);
    const calls = chunksOf(claim.claimed, messagesPerCall);
    unused = slots - calls.length;
    const callScope = { ...scope, token: claim.token, committedAfter: claim.committedAfter };
    const done = allEnded(
      calls.map(async (messages) => {
        const call = await measured('call', () => callProvider(deps, provider, callScope, messages));
        deps.reach('after_call');
        const recorded = measured('record', () => deps.outcomeRecorder.record(scope.month, call));
        await allEnded([recorded, tellAndRelease(deps, call)]);
        deps.reach('after_record');
      }),
    );
    return { claim, done };
  } finally {
    deps.callSlots.release(scope.integrationId, unused);
  }
}

/** Whoever claims for the slot that is free then sees the breaker that this call has opened. */
async function tellAndRelease({ breakerWatch, callSlots }: Dependencies, call: CallRecord): Promise<void> {
  await breakerWatch.tell(call);
  callSlots.release(call.integrationId, 1);
}

async function claimWithRetries(
  deps: Dependencies,
  { scope, candidates, ...batch }: MicroBatch,
): Promise<Claim> {
  for (let attempt = 1; ; attempt += 1) {
    const token = randomUUID();
    try {
      const claim = (areNew: boolean): Promise<Claim> =>
        claimMessages(deps.pool, scope, candidates, { token, areNew });
      return await (batch.areNew ? asNew(claim) : claim(false));
    } catch (error) {
      // Who lost a lock has claimed nothing. Otherwise the commit may be in doubt, but no call has been made.
      if (!isLockFailure(error)) await releaseClaim(deps.pool, scope, token).catch(() => undefined);
      if (!isLockFailure(error) || attempt === MAX_CLAIMS) throw error;
      await pause(20 * attempt);
    }
  }
}

/** What a call must know beside its messages. */
export interface CallScope {
  readonly channel: Channel;
  readonly sender: string;
  readonly receiptDeadlineMs: number;
  readonly integrationId: string;
  readonly token: string;
  readonly committedAfter: number;
}

/** Makes one call; answers one outcome a message whatever happens. */
export async function callProvider(
  deps: Dependencies,
  provider: MessageProvider,
  scope: CallScope,
  messages: readonly Pick<ClaimedMessage, 'id' | 'to' | 'content' | 'validForMs'>[],
): Promise<CallRecord> {
  const startedAt = Date.now();
  const start = performance.now();
  const window = {
    startBy: scope.committedAfter + deps.timings.callStartMs,
    deadline: AbortSignal.timeout(deps.timings.callMs),
    onWrite: () => deps.reach('before_write'),
  };
  const outcomes = await provider
    .submit(
      messages.map(({ id, to, content, validForMs }) => ({
        id,
        channel: scope.channel,
        to,
        sender: scope.sender,
        content,
        validityMs: Math.min(scope.receiptDeadlineMs, validForMs),
        reportUrl: provider.reportUrl(scope.channel),
      })),
      window,
    )
    .catch((error: unknown): readonly SubmitOutcome[] => {
      deps.log.error({ err: error }, 'an adapter threw instead of answering');
      return messages.map(({ id }) => ({
        kind: 'unknown',
        messageId: id,
        statusCode: 'adapter_error',
        error: 'The adapter failed.',
      }));
    });
  const { token, integrationId } = scope;
  const durationMs = performance.now() - start;
  return { submissionId: randomUUID(), token, integrationId, startedAt, start, durationMs, outcomes };
}

export function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
