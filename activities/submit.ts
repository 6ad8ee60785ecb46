import { cancelQueued } from '../database/cancel-queued.ts';
import { armHint } from '../database/hints.ts';
import type { ClaimCandidate, ClaimScope } from '../database/claim-messages.ts';
import { haltOf } from '../database/claim-messages.ts';
import { readMemberFacts } from '../database/member-facts.ts';
import { gateQuestion, ledgerScope, readMessageNode, type MessageNode } from '../database/message-node.ts';
import { readLedger } from '../database/read-ledger.ts';
import type { EffectActivities } from '../domain/activities.ts';
import type { SubmitInput, SubmitResult } from '../domain/effects.ts';
import { decideVerdict, type Verdict } from '../domain/gate.ts';
import { groupBy } from '../domain/group-by.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { Dependencies } from './dependencies.ts';
import { isStopping } from './heartbeat.ts';
import { allEnded } from './message/all-ended.ts';
import { BacklogPace } from './message/backlog-pace.ts';
import { chunksOf, startMicroBatch, type MicroBatch } from './message/micro-batch.ts';
import { hexOf, outcomeGroups, outcomesOfLedger, type MemberOutcome } from './message/outcome-groups.ts';
import { TemplateTrial } from './message/template-trial.ts';
import { renderMessages } from './render.ts';

/** Members that are read and rendered together. */
const CHUNK = 250;
/** Calls of one micro-batch when each offers one message. */
const CALLS_PER_BATCH = 64;
/** Micro-batches of one visit under way at once: one is claimed while the other's calls run. */
const BATCHES_AT_ONCE = 2;
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
    const visit = new SubmitVisit(deps, node, scope.pass, input);
    const halted = await visit.offer(members);
    return halted ? { halted } : { value: await visit.result(members) };
  };
}

/** How members are offered. */
type Manner = Pick<MicroBatch, 'messagesPerCall' | 'areNew'>;

class SubmitVisit {
  private readonly suppressed: MemberOutcome[] = [];
  private readonly templateTrial = new TemplateTrial();
  private readonly deferred: { memberIndex: number; until: number }[] = [];
  /** Calls and the recording of their outcomes. */
  private readonly underWay: Promise<unknown>[] = [];
  /** Whether a claim has met another message of its number: where there is one there are more. */
  private sharesNumbers = false;
  /** Whether a claim has refused somebody: then the rest is asked about first, since nothing need be rendered in vain. */
  private gateKeepsIn = false;
  private readonly deps: Dependencies;
  private readonly node: MessageNode;
  private readonly pass: number;
  private readonly input: SubmitInput;
  private readonly claimScope: ClaimScope;
  private readonly pace: BacklogPace;

  constructor(deps: Dependencies, node: MessageNode, pass: number, input: SubmitInput) {
    this.deps = deps;
    this.node = node;
    this.pass = pass;
    this.input = input;
    this.claimScope = {
      ...gateQuestion(node, { plannedAt: input.plannedAt, pass }, deps),
      projectId: node.cohort.projectId,
      leg: 0,
      channel: node.channel,
      sender: node.senderValue,
      receiptDeadlineMs: input.receiptDeadlineMs,
      claimGraceMs: deps.timings.claimGraceMs,
      breakerProbeMs: deps.timings.breakerProbeMs,
    };
    this.pace = new BacklogPace(deps, { ...this.claimScope, plannedAt: input.plannedAt });
  }

  /** An attempt that failed must not go on calling behind its own back: everything ends before it is reported. */
  async offer(members: MemberSet): Promise<'paused' | 'cancelled' | undefined> {
    try {
      const halted = await this.offerMembers(members);
      await this.pace.end();
      return halted;
    } finally {
      await allEnded(this.underWay);
    }
  }

  /** Reads the ledger's word after asking for hints, so that no receipt falls between. */
  async result(members: MemberSet): Promise<SubmitResult> {
    const { size } = this.node.cohort;
    const scope = ledgerScope(this.node, this.pass);
    await armHint(this.deps.pool, {
      ...scope,
      nodeId: this.node.nodeId,
      early: this.input.wantsHints,
      firstMs: this.deps.timings.hintMs.first,
    });
    await cancelQueued(this.deps.pool, scope, this.suppressed);
    const ledger = await readLedger(this.deps.pool, scope, members.indexes(), true);
    const inLedger = new Set(ledger.map((row) => row.memberIndex));
    const suppressed = this.suppressed.filter((member) => !inLedger.has(member.memberIndex));
    const settled = new Set([...inLedger, ...suppressed.map((member) => member.memberIndex)]);
    const deferredUntil = new Map(this.deferred.map(({ memberIndex, until }) => [memberIndex, until]));
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

  private async offerMembers(members: MemberSet): Promise<'paused' | 'cancelled' | undefined> {
    const ledger = await readLedger(this.deps.pool, ledgerScope(this.node, this.pass), members.indexes());
    const known = new Set(ledger.map((row) => row.memberIndex));
    this.deps.notice('foreign_token', ledger.filter((row) => row.state === 'submitting').length);
    const again = ledger.filter((row) => row.offerable).map((row) => row.memberIndex);
    const fresh = members.indexes().filter((index) => !known.has(index));
    await this.pace.begin(again.length + fresh.length);
    // A message that was refused in a batch goes alone: then it shows whose fault it was.
    const halted = await this.offerAll(again, { messagesPerCall: 1, areNew: false });
    return halted ?? (await this.offerAll(fresh, { messagesPerCall: this.messagesPerCall(), areNew: true }));
  }

  private messagesPerCall(): number {
    const { maxBatch } = this.deps.providers.get(this.node.integration).capabilities;
    return Math.min(this.node.integration.messagesPerCall, maxBatch);
  }

  private async offerAll(
    memberIndexes: readonly number[],
    manner: Manner,
  ): Promise<'paused' | 'cancelled' | undefined> {
    for (const chunk of chunksOf(memberIndexes, CHUNK)) {
      if (isStopping()) return undefined;
      const halted = await this.offerChunk(chunk, manner);
      if (halted) return halted;
    }
    return undefined;
  }

  private async offerChunk(
    memberIndexes: readonly number[],
    manner: Manner,
  ): Promise<'paused' | 'cancelled' | undefined> {
    const asked =
      this.gateKeepsIn || this.pace.isSlow ? await this.ask(memberIndexes) : { sendable: memberIndexes };
    if (asked.halted) return asked.halted;
    const turn = this.pace.admit(asked.sendable);
    for (const memberIndex of turn.later) this.deferred.push({ memberIndex, until: turn.laterAt });
    const { rendered, unreachable } = await renderMessages(this.deps, this.node, turn.now);
    this.templateTrial.judge(this.node.nodeId, rendered);
    const candidates = rendered.flatMap((member): ClaimCandidate[] => {
      if (!('refused' in member)) return [member];
      this.suppress(member.memberIndex, member.refused);
      return [];
    });
    const { halted } = unreachable.length > 0 ? await this.ask(unreachable) : {};
    if (halted) return halted;
    return this.runBatches(candidates, manner);
  }

  /** Asks the gate before anything is rendered or locked. */
  private async ask(
    memberIndexes: readonly number[],
  ): Promise<{ readonly halted?: 'paused' | 'cancelled'; readonly sendable: readonly number[] }> {
    const facts = await readMemberFacts(this.deps.pool, this.claimScope, memberIndexes);
    const halted = facts && haltOf(facts.runState);
    if (!facts || halted) return { ...(halted && { halted }), sendable: [] };
    const sendable = facts.members.filter(({ memberIndex, gate }) =>
      this.isSent(memberIndex, decideVerdict(gate)),
    );
    return { sendable: sendable.map(({ memberIndex }) => memberIndex) };
  }

  /** Runs the candidates' micro-batches, a few at a time, until they are through or the run is halted. */
  private async runBatches(
    candidates: readonly ClaimCandidate[],
    { messagesPerCall, areNew }: Manner,
  ): Promise<'paused' | 'cancelled' | undefined> {
    const provider = this.deps.providers.get(this.node.integration);
    const batchSize = messagesPerCall > 1 ? messagesPerCall : CALLS_PER_BATCH;
    const batches = [...chunksOf(candidates, batchSize)];
    let halted: 'paused' | 'cancelled' | undefined;
    let failed = false;
    const goesOn = (): boolean => !halted && !failed && !isStopping();
    const takeBatches = async (): Promise<void> => {
      for (let batch = batches.shift(); batch && goesOn(); batch = batches.shift()) {
        await this.pace.turn(batch.length);
        if (!goesOn()) return;
        const { claim, done } = await startMicroBatch(this.deps, provider, {
          scope: this.claimScope,
          candidates: batch,
          messagesPerCall,
          areNew: areNew && !this.sharesNumbers,
        });
        // Whether it failed is looked at in the end; until then nobody waits for it.
        done.catch(() => undefined);
        this.underWay.push(done);
        halted ??= claim.halted;
        this.gateKeepsIn ||= claim.refused.length > 0;
        this.sharesNumbers ||= claim.duplicateNumbers.length > 0;
        for (const { memberIndex, verdict } of claim.refused) this.isSent(memberIndex, verdict);
        for (const memberIndex of claim.duplicateNumbers) this.suppress(memberIndex, 'duplicate_number');
      }
    };
    const fail = (error: unknown): never => {
      failed = true;
      throw error;
    };
    await allEnded(Array.from({ length: BATCHES_AT_ONCE }, () => takeBatches().catch(fail)));
    return halted;
  }

  private isSent(memberIndex: number, verdict: Verdict): boolean {
    if (verdict.kind === 'suppress') this.suppress(memberIndex, verdict.reason);
    // The gate of the visit had let it go.
    if (verdict.kind === 'suppress' && verdict.reason === 'opted_out') this.deps.notice('stop_blocked');
    if (verdict.kind === 'defer') this.deferred.push({ memberIndex, until: verdict.until });
    return verdict.kind === 'send';
  }

  private suppress(memberIndex: number, reason: string): void {
    this.suppressed.push({ memberIndex, outcome: 'suppressed', reason });
  }
}
