import { randomUUID } from 'node:crypto';
import type { Dependencies } from '../activities/dependencies.ts';
import { noticeOutcomes } from '../activities/message/notice-outcomes.ts';
import { callProvider } from '../activities/message/micro-batch.ts';
import { untilRecorded } from '../activities/message/until-recorded.ts';
import {
  claimRepeat,
  claimResend,
  claimUnsent,
  type Obstacle,
  type RepeatClaim,
} from '../database/claim-repeat.ts';
import { markHints } from '../database/hints.ts';
import type { GateQuestion } from '../database/member-facts.ts';
import { gateQuestion, readNodeOfMessage } from '../database/message-node.ts';
import { hintKeyOf, type MessageInDoubt } from '../database/messages-in-doubt.ts';
import type { IntegrationRow } from '../database/read-integration.ts';
import { recordOutcomes, type UnsentState } from '../database/record-outcomes.ts';
import { inTransaction } from '../database/transaction.ts';
import { PermanentError } from '../domain/errors.ts';
import { looksAtIdsFirst } from './proven-to-refuse.ts';

export type Repeat =
  | { readonly kind: 'made' }
  /** Somebody else has settled the message meanwhile. */
  | { readonly kind: 'settled' }
  | ({ readonly kind: 'refused' } & Obstacle);

/** What a repeat and an operator's resend differ in. */
interface RepeatKind {
  readonly claim: typeof claimRepeat;
  /** From when its lateness counts, or the instant after which it is no longer worth sending. */
  readonly lateness: Partial<Pick<GateQuestion, 'plannedAt' | 'staleAfter'>>;
  /** From the message's claim to its first look-up if the outcome is in doubt too. */
  readonly firstLookUpMs: number;
  readonly unsentState: UnsentState;
  readonly isOnlyAttempt: boolean;
}

/**
 * Offers a message in doubt again under the same id: the provider refuses it if it had taken the first one.
 * @param nextLookUpAt when to look it up if the repeat's own outcome is in doubt too
 */
export function repeatMessage(
  deps: Dependencies,
  integration: IntegrationRow,
  message: MessageInDoubt,
  nextLookUpAt: number,
): Promise<Repeat> {
  return offerAgain(deps, integration, message, {
    claim: claimRepeat,
    lateness: { staleAfter: message.staleAt },
    firstLookUpMs: nextLookUpAt - message.claimedAt,
    unsentState: 'unknown',
    isOnlyAttempt: false,
  });
}

/** Offers a message in doubt of which it has turned out that nothing of it has left. */
export function offerUnsent(
  deps: Dependencies,
  integration: IntegrationRow,
  message: MessageInDoubt,
): Promise<Repeat> {
  const { lookUpMs, claimGraceMs } = deps.timings;
  return offerAgain(deps, integration, message, {
    claim: claimUnsent,
    lateness: { staleAfter: message.staleAt },
    firstLookUpMs: lookUpMs[0] ?? claimGraceMs,
    unsentState: 'unknown',
    isOnlyAttempt: true,
  });
}

/**
 * Offers an unresolved message again because an operator has decided so, under the same id.
 * @param decidedAt from when its lateness counts
 */
export function resendMessage(
  deps: Dependencies,
  integration: IntegrationRow,
  message: MessageInDoubt,
  decidedAt: number,
): Promise<Repeat> {
  const { lookUpMs, claimGraceMs } = deps.timings;
  return offerAgain(deps, integration, message, {
    claim: claimResend,
    lateness: { plannedAt: decidedAt },
    firstLookUpMs: lookUpMs[0] ?? claimGraceMs,
    unsentState: 'unresolved',
    isOnlyAttempt: false,
  });
}

/** What the message names may be gone: that keeps its repeat in as the gate does. @throws any other error */
export function refusalOf(error: unknown): Repeat {
  if (error instanceof PermanentError) return { kind: 'refused', reason: error.code };
  throw error;
}

async function offerAgain(
  deps: Dependencies,
  integration: IntegrationRow,
  message: MessageInDoubt,
  kind: RepeatKind,
): Promise<Repeat> {
  const { to, content } = message;
  if (to === null || content === null) return { kind: 'refused', reason: 'customer_deleted' };
  const node = await readNodeOfMessage(deps.pool, message);
  const token = randomUUID();
  const { claimGraceMs, breakerProbeMs } = deps.timings;
  const receiptDeadlineMs = node.receiptDeadlineMs ?? deps.timings.receiptDeadlineMs;
  const claim: RepeatClaim = await kind.claim(deps.pool, {
    projectId: node.cohort.projectId,
    question: {
      // The sender may have another integration by now.
      ...gateQuestion({ ...node, integration }, { plannedAt: 0, pass: message.pass }, deps),
      ...kind.lateness,
    },
    message,
    terms: { token, receiptDeadlineMs, claimGraceMs, breakerProbeMs },
  });
  if (claim.kind === 'refused') return claim;
  if (claim.kind === 'gone') return { kind: 'settled' };
  deps.reach('after_repeat_claim');
  const call = await callProvider(
    deps,
    deps.providers.get(integration),
    {
      channel: message.channel,
      sender: message.sender,
      receiptDeadlineMs,
      integrationId: integration.id,
      token,
      committedAfter: claim.committedAfter,
    },
    [{ id: message.id, to, content, validForMs: claim.validForMs }],
  );
  deps.reach('after_repeat_call');
  const recordBy = performance.now() + deps.timings.recordMs;
  const scope = {
    month: message.month,
    retryMs: deps.timings.retryMs,
    firstLookUpMs: kind.firstLookUpMs,
    receiptSlackMs: deps.timings.receiptSlackMs,
    unsentState: kind.unsentState,
    isOnlyAttempt: kind.isOnlyAttempt,
    rejectionEnds: kind.isOnlyAttempt || looksAtIdsFirst(deps.providers, integration),
  };
  // A repeat is rare, and may have been the probe of a breaker.
  deps.breakerWatch.suspect(integration.id);
  const told = deps.breakerWatch.tell(call);
  const held = await untilRecorded(recordBy, () =>
    inTransaction(deps.pool, async (connection) => {
      const own = await recordOutcomes(connection, scope, [call]);
      await markHints(connection, [hintKeyOf(message)]);
      return own;
    }),
  );
  deps.reach('after_repeat_record');
  await told;
  noticeOutcomes(deps.notice, [call], held);
  return { kind: 'made' };
}
