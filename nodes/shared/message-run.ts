import {
  gateEffect,
  reconcileEffect,
  submitEffect,
  type OutcomeGroup,
  type SubmitResult,
} from '../../domain/effects.ts';
import { MemberSet } from '../../domain/member-set.ts';
import { isOpenOutcome, OUTLET_OF_OUTCOME, RECEIPT_OUTLETS } from '../../domain/message-outcome.ts';
import type { MergeStates, NodeContext, NodeRun, Route, Visit } from '../../domain/node-run.ts';

export type MessageConfig = { receiptDeadlineMs: number };
export type MessageState = {
  gated?: boolean;
  /** When to offer what is left; null once every message has an outcome; absent before the first offer. */
  offerAt?: number | null;
  /** When receipts are no longer awaited, counted from the last offer; absent once it is over. */
  deadline?: number;
};
type MessageVisit = Visit<MessageConfig, MessageState>;

/** Shortest pause between two offers of the same visit, whatever the clocks say. */
const MIN_PAUSE_MS = 200;

/**
 * Offers every member's message until it has an outcome, then lets the members go.
 *
 * Where a receipt outlet is wired they wait for their receipt or the deadline; otherwise they leave at once and the
 * cohort goes on awaiting the receipts for the record.
 */
export const runMessage: NodeRun<MessageConfig, MessageState> = async function* (visit, context) {
  const waits = RECEIPT_OUTLETS.some((outlet) => visit.wired.includes(outlet));
  const { state } = visit;
  yield* gate(visit, context);
  while (!visit.members.isEmpty()) {
    const { offerAt = context.now(), deadline = Infinity } = state;
    if (offerAt !== null && context.now() >= offerAt) {
      yield* offer(visit, context, waits);
    } else {
      const hinted = await context.receiptsUntil(Math.min(offerAt ?? Infinity, waits ? deadline : Infinity));
      if (waits) yield* reconcile(visit, context, hinted);
    }
  }
};

/** What it remembers of an offer holds only once those who leave have left: until then the offer is made again. */
async function* offer(
  visit: MessageVisit,
  context: NodeContext,
  waits: boolean,
): AsyncGenerator<readonly Route[], void, void> {
  const receiptDeadlineMs = visit.config.receiptDeadlineMs || context.timings.receiptDeadlineMs;
  const input = { receiptDeadlineMs, wantsHints: waits, plannedAt: visit.openedAt };
  const result = await context.effect(submitEffect, visit.members, input);
  const now = context.now();
  const deadline = context.deadline(receiptDeadlineMs);
  if (!waits) {
    for (const { outcome, members } of result.outcomes) {
      if (isOpenOutcome(outcome)) context.awaitReceipts(membersOf(members, visit), deadline);
    }
  }
  yield result.outcomes.flatMap((group) => routeOf(group, visit, waits));
  visit.state.offerAt = nextOffer(result, now);
  visit.state.deadline = deadline;
}

/** Offers are idempotent: the earlier one is made for all. */
export const mergeMessages: MergeStates<MessageState> = (a, b) => {
  const offerAt = Math.min(a.offerAt ?? Infinity, b.offerAt ?? Infinity);
  const deadline = Math.max(a.deadline ?? 0, b.deadline ?? 0);
  return {
    gated: true,
    offerAt: Number.isFinite(offerAt) ? offerAt : null,
    ...(deadline > 0 && { deadline }),
  };
};

/** Those who can't be sent to leave first: the others' messages may take their time. */
async function* gate(
  visit: MessageVisit,
  context: NodeContext,
): AsyncGenerator<readonly Route[], void, void> {
  if (visit.state.gated) return;
  const { suppressed } = await context.effect(gateEffect, visit.members, {});
  yield suppressed.flatMap((group) => routeOf(group, visit, true));
  visit.state.gated = true;
}

async function* reconcile(
  visit: MessageVisit,
  context: NodeContext,
  hinted: MemberSet,
): AsyncGenerator<readonly Route[], void, void> {
  const atDeadline = context.now() >= (visit.state.deadline ?? Infinity);
  const members = atDeadline ? visit.members : hinted.intersect(visit.members);
  if (members.isEmpty()) return;
  const { outcomes } = await context.effect(reconcileEffect, members, { atDeadline });
  yield outcomes.flatMap((group) => routeOf(group, visit, !atDeadline));
  if (!atDeadline) return;
  delete visit.state.deadline;
  visit.state.offerAt ??= context.now() + MIN_PAUSE_MS;
}

/** @param keepOpen whether members whose message can still change stay at the node */
function routeOf(group: OutcomeGroup, visit: MessageVisit, keepOpen: boolean): readonly Route[] {
  const { outcome, reason } = group;
  if (keepOpen && isOpenOutcome(outcome)) return [];
  return [{ members: membersOf(group.members, visit), outlet: OUTLET_OF_OUTCOME[outcome], outcome, reason }];
}

function membersOf(hex: string, visit: MessageVisit): MemberSet {
  return MemberSet.fromHex(visit.members.size, hex).intersect(visit.members);
}

/** When something is left to offer or to look at again, if anything is. */
function nextOffer(result: SubmitResult, now: number): number | null {
  const instants = result.queued.map(({ retryAt }) => retryAt);
  if (result.inDoubt) instants.push(result.inDoubt.lookAt);
  return instants.length === 0 ? null : Math.max(Math.min(...instants), now + MIN_PAUSE_MS);
}
