import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  claimMessages,
  type Claim,
  type ClaimCandidate,
  type ClaimScope,
  type ClaimedMessage,
} from '../../database/claim-messages.ts';
import { isConnectionFailure, isLockFailure } from '../../database/postgres-error.ts';
import { recordOutcomes, type CallRecord } from '../../database/record-outcomes.ts';
import { releaseClaim } from '../../database/release-claim.ts';
import type { Channel } from '../../domain/channel.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import type { MessageProvider } from '../../providers/provider.ts';
import type { Dependencies } from '../dependencies.ts';

export interface MicroBatch {
  readonly scope: ClaimScope;
  readonly candidates: readonly ClaimCandidate[];
  /** Most messages of one call. */
  readonly messagesPerCall: number;
}

/** How often a claim that lost a lock is repeated: nothing has been called. */
const MAX_CLAIMS = 5;

/**
 * One attempt for a few messages: claim, call, record.
 *
 * The token is made here and never leaves the attempt. A call starts within `callStartMs` of the claim's commit or
 * is not made; whatever happens to this process, only the calls under way are in doubt.
 */
export async function runMicroBatch(
  deps: Dependencies,
  provider: MessageProvider,
  batch: MicroBatch,
): Promise<Claim> {
  const { scope } = batch;
  const slots = Math.ceil(batch.candidates.length / batch.messagesPerCall);
  await deps.callSlots.acquire(scope.integrationId, slots);
  try {
    const claim = await claimWithRetries(deps, batch);
    const calls = await Promise.all(
      chunksOf(claim.claimed, batch.messagesPerCall).map((messages) =>
        callProvider(deps, provider, { ...scope, committedAfter: claim.committedAfter }, messages),
      ),
    );
    await recordWithRetries(deps, scope, claim.token, calls);
    return claim;
  } finally {
    deps.callSlots.release(scope.integrationId, slots);
  }
}

async function claimWithRetries(deps: Dependencies, { scope, candidates }: MicroBatch): Promise<Claim> {
  for (let attempt = 1; ; attempt += 1) {
    const token = randomUUID();
    try {
      return await claimMessages(deps.pool, scope, candidates, token);
    } catch (error) {
      // The commit itself may be in doubt, but no call has been made with this token.
      await releaseClaim(deps.pool, scope.month, token).catch(() => undefined);
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
  readonly committedAfter: number;
}

/** Makes one call; answers one outcome a message whatever happens. */
export async function callProvider(
  deps: Dependencies,
  provider: MessageProvider,
  scope: CallScope,
  messages: readonly Pick<ClaimedMessage, 'id' | 'to' | 'content'>[],
): Promise<CallRecord> {
  const startedAt = Date.now();
  const start = performance.now();
  const window = {
    startBy: scope.committedAfter + deps.timings.callStartMs,
    deadline: AbortSignal.timeout(deps.timings.callMs),
  };
  const outcomes = await provider
    .submit(
      messages.map(({ id, to, content }) => ({
        id,
        channel: scope.channel,
        to,
        sender: scope.sender,
        content,
        validityMs: scope.receiptDeadlineMs,
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
  return { submissionId: randomUUID(), startedAt, durationMs: performance.now() - start, outcomes };
}

/** Tries for as long as a claim's grace allows; what is not recorded then is the sweep's. */
async function recordWithRetries(
  deps: Dependencies,
  scope: ClaimScope,
  token: string,
  calls: readonly CallRecord[],
): Promise<void> {
  const { recordMs, lookUpMs, claimGraceMs, receiptSlackMs, retryMs } = deps.timings;
  const record = {
    month: scope.month,
    token,
    integrationId: scope.integrationId,
    retryMs,
    firstLookUpMs: lookUpMs[0] ?? claimGraceMs,
    receiptSlackMs,
    unsentState: 'queued' as const,
  };
  const until = performance.now() + recordMs;
  for (;;) {
    try {
      await recordOutcomes(deps.pool, record, calls);
      return;
    } catch (error) {
      const mayHelp = isLockFailure(error) || isConnectionFailure(error);
      if (!mayHelp || performance.now() > until) throw error;
      await pause(100);
    }
  }
}

export function chunksOf<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
