import { cancelQueued } from '../database/cancel-queued.ts';
import { armHint } from '../database/hints.ts';
import { ledgerScope, readMessageNode, type MessageNode } from '../database/message-node.ts';
import { readMemberLedger } from '../database/read-member-ledger.ts';
import type { EffectActivities } from '../domain/activities.ts';
import type { SubmitInput, SubmitResult } from '../domain/effects.ts';
import { groupBy } from '../domain/group-by.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { Dependencies } from './dependencies.ts';
import { isStopping } from './heartbeat.ts';
import { Offering } from './message/offering.ts';
import { hexOf, outcomeGroups, outcomesOfLedger } from './message/outcome-groups.ts';
import { tellWhoWaits } from './message/tell-who-waits.ts';

/** When to look again at a member who was passed over. */
const PASSED_OVER_MS = 1_000;

/**
 * Offers a whole visit's messages to their provider.
 *
 * May be killed and repeated at any moment: what an earlier attempt claimed stays its own until the claim's grace is
 * over, and the answer is read from the ledger in the end.
 */
export function createSubmit(deps: Dependencies): EffectActivities['submit'] {
  return async (scope, input) => {
    const node = await readMessageNode(deps.pool, scope.cohortId, scope.nodeId);
    const members = MemberSet.fromHex(node.cohort.size, scope.members);
    const { pass } = scope;
    const { plannedAt, receiptDeadlineMs } = input;
    const offering = new Offering(deps, node, { pass, plannedAt, receiptDeadlineMs, isStopping });
    const halted = await offering.offer(members.indexes());
    return halted ? { halted } : { value: await resultOf(deps, node, members, { offering, pass, input }) };
  };
}

/** Reads the ledger's word after asking for hints, so that no receipt falls between. */
async function resultOf(
  deps: Dependencies,
  node: MessageNode,
  members: MemberSet,
  { offering, pass, input }: { offering: Offering; pass: number; input: SubmitInput },
): Promise<SubmitResult> {
  const { size } = node.cohort;
  const scope = ledgerScope(node, pass);
  await armHint(deps.pool, {
    ...scope,
    nodeId: node.nodeId,
    early: input.wantsHints,
    firstMs: deps.timings.hintMs.first,
  });
  await cancelQueued(deps.pool, scope, offering.suppressed);
  const fallsBack = node.fallback?.by === 'engine';
  const ledger = await readMemberLedger(deps.pool, scope, members.indexes(), { fallsBack, settled: true });
  const inLedger = new Set(ledger.map((row) => row.memberIndex));
  const suppressed = offering.suppressed.filter((member) => !inLedger.has(member.memberIndex));
  const settled = new Set([...inLedger, ...suppressed.map((member) => member.memberIndex)]);
  const putOff = offering.putOff();
  const deferredUntil = new Map(putOff.map(({ memberIndex, until }) => [memberIndex, until]));
  const waiting = [
    // What keeps a message in the ledger may end before what the gate defers it for.
    ...ledger.flatMap(({ state, memberIndex, retryAt }) =>
      state === 'queued'
        ? [{ memberIndex, until: Math.max(retryAt ?? Date.now(), deferredUntil.get(memberIndex) ?? 0) }]
        : [],
    ),
    ...members
      .indexes()
      .filter((memberIndex) => !settled.has(memberIndex))
      .map((memberIndex) => ({
        memberIndex,
        until: deferredUntil.get(memberIndex) ?? Date.now() + PASSED_OVER_MS,
      })),
  ];
  const inDoubt = ledger.filter((row) => row.state === 'submitting');
  const waits = new Set(waiting.map(({ memberIndex }) => memberIndex));
  await tellWhoWaits(
    deps.pool,
    node,
    pass,
    putOff.filter(({ memberIndex }) => waits.has(memberIndex)),
  );
  return {
    outcomes: outcomeGroups(size, [...suppressed, ...outcomesOfLedger(ledger)]),
    queued: [...groupBy(waiting, ({ until }) => Math.ceil(until / 1_000) * 1_000)].map(
      ([retryAt, group]) => ({
        retryAt,
        members: hexOf(size, group),
      }),
    ),
    inDoubt:
      inDoubt.length === 0
        ? null
        : { lookAt: Math.max(...inDoubt.map((row) => row.lookAt ?? 0)), members: hexOf(size, inDoubt) },
  };
}
