import type { ClaimCandidate, ClaimScope } from '../../database/claim-messages.ts';
import { haltOf } from '../../database/claim-messages.ts';
import { readMemberFacts } from '../../database/member-facts.ts';
import { gateQuestion, ledgerScope, type MessageNode } from '../../database/message-node.ts';
import { readLedger } from '../../database/read-ledger.ts';
import { decideVerdict, type Verdict } from '../../domain/gate.ts';
import type { Dependencies } from '../dependencies.ts';
import { renderMessages } from '../render.ts';
import { allEnded } from './all-ended.ts';
import { LanePace } from './lane-pace.ts';
import { chunksOf, startMicroBatch, type MicroBatch } from './micro-batch.ts';
import type { MemberOutcome } from './outcome-groups.ts';
import { TemplateTrial } from './template-trial.ts';

/** Members that are read and rendered together. */
const CHUNK = 250;
/** Calls of one micro-batch when each offers one message. */
const CALLS_PER_BATCH = 64;
/** Micro-batches under way at once: one is claimed while the other's calls run. */
const BATCHES_AT_ONCE = 2;

/** How members are offered. */
type Manner = Pick<MicroBatch, 'messagesPerCall' | 'areNew'>;

/** What an offering needs to know beside its node. */
export interface OfferingTerms {
  readonly pass: number;
  /** Instant from which lateness counts. */
  readonly plannedAt: number;
  readonly receiptDeadlineMs: number;
  /** Whether the attempt should stop: nothing more is claimed then. */
  readonly isStopping: () => boolean;
}

/** A member who is put off, and until when, milliseconds since the epoch. */
export interface Deferred {
  readonly memberIndex: number;
  readonly until: number;
  /** The gate's; none of those whose turn is later. */
  readonly reason?: string;
}

/** One attempt to offer messages of a node to their provider: gate, render, claim, call, record. */
export class Offering {
  /** Members whom the gate has kept in. */
  readonly suppressed: MemberOutcome[] = [];
  private readonly deferred: Deferred[] = [];
  private readonly templateTrial = new TemplateTrial();
  /** Calls and the recording of their outcomes. */
  private readonly underWay: Promise<unknown>[] = [];
  /** Whether a claim has met another message of its number: where there is one there are more. */
  private sharesNumbers = false;
  /** Whether a claim has refused somebody: then the rest is asked about first, since nothing need be rendered in vain. */
  private gateKeepsIn = false;
  private readonly deps: Dependencies;
  private readonly node: MessageNode;
  private readonly terms: OfferingTerms;
  private claimScope: ClaimScope;
  private readonly pace: LanePace;

  constructor(deps: Dependencies, node: MessageNode, terms: OfferingTerms) {
    this.deps = deps;
    this.node = node;
    this.terms = terms;
    this.claimScope = {
      ...gateQuestion(node, terms, deps),
      projectId: node.cohort.projectId,
      leg: node.leg,
      channel: node.channel,
      fallsBack: node.fallback?.by === 'engine',
      sender: node.senderValue,
      receiptDeadlineMs: terms.receiptDeadlineMs,
      claimGraceMs: deps.timings.claimGraceMs,
      breakerProbeMs: deps.timings.breakerProbeMs,
    };
    this.pace = new LanePace(deps, this.claimScope, { ...node.rates, run: node.cohort.runRate });
  }

  /** An attempt that failed must not go on calling behind its own back: everything ends before it is reported. */
  async offer(memberIndexes: readonly number[]): Promise<'paused' | 'cancelled' | undefined> {
    try {
      const halted = await this.offerMembers(memberIndexes);
      await this.pace.end();
      return halted;
    } finally {
      await allEnded(this.underWay);
    }
  }

  /** Members who are put off: of each what was said last. */
  putOff(): readonly Deferred[] {
    return [...new Map(this.deferred.map((deferred) => [deferred.memberIndex, deferred])).values()];
  }

  private async offerMembers(memberIndexes: readonly number[]): Promise<'paused' | 'cancelled' | undefined> {
    const scope = ledgerScope(this.node, this.terms.pass);
    const ledger = await readLedger(this.deps.pool, scope, memberIndexes);
    const known = new Set(ledger.map((row) => row.memberIndex));
    this.deps.notice('foreign_token', ledger.filter((row) => row.state === 'submitting').length);
    const again = ledger.filter((row) => row.offerable).map((row) => row.memberIndex);
    const fresh = memberIndexes.filter((index) => !known.has(index));
    const lateFrom = await this.pace.begin(again.length + fresh.length);
    this.claimScope = { ...this.claimScope, plannedAt: lateFrom };
    // A message that was refused in a batch goes alone: then it shows whose fault it was.
    const parts = [
      { members: again, manner: { messagesPerCall: 1, areNew: false } },
      { members: fresh, manner: { messagesPerCall: this.messagesPerCall(), areNew: true } },
    ];
    // Only a probe leaves while a breaker is open: one that was refused before must not be every probe.
    for (const { members, manner } of this.pace.isKept ? parts.reverse() : parts) {
      const halted = await this.offerAll(members, manner);
      if (halted) return halted;
    }
    return undefined;
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
      if (this.terms.isStopping()) return undefined;
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
    const { rendered, unreachable } = await renderMessages(this.deps, this.node, this.terms.pass, turn.now);
    this.templateTrial.judge(this.node.nodeId, rendered);
    const candidates = rendered.flatMap((member): ClaimCandidate[] => {
      if (!('refused' in member)) return [member];
      this.suppress(member.memberIndex, member.refused);
      return [];
    });
    const { halted } = unreachable.length > 0 ? await this.ask(unreachable) : {};
    if (halted) return halted;
    const preparation = await this.prepare(candidates);
    return preparation.mustWait ? preparation.halted : this.runBatches(candidates, manner);
  }

  /** Has the provider do with their contents what must be done first; until that is done the gate alone is asked. */
  private async prepare(
    candidates: readonly ClaimCandidate[],
  ): Promise<{ readonly mustWait: boolean; readonly halted?: 'paused' | 'cancelled' }> {
    const provider = this.deps.providers.get(this.node.integration);
    const start = performance.now();
    const { waitMs, trouble } = (await provider.prepare?.(candidates.map(({ content }) => content))) ?? {
      waitMs: 0,
    };
    const { integrationId } = this.claimScope;
    if (trouble) {
      const outcome = { kind: 'unsent', messageId: '', retryAfterMs: null, ...trouble } as const;
      await this.deps.breakerWatch.tell({ integrationId, start, outcomes: [outcome] });
    }
    if (waitMs === 0) return { mustWait: false };
    const until = Date.now() + waitMs;
    const { halted, sendable } = await this.ask(candidates.map(({ memberIndex }) => memberIndex));
    for (const memberIndex of sendable) this.deferred.push({ memberIndex, until });
    return { mustWait: true, ...(halted && { halted }) };
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
    const batchSize = this.pace.burst(messagesPerCall > 1 ? messagesPerCall : CALLS_PER_BATCH);
    const batches = [...chunksOf(candidates, batchSize)];
    let halted: 'paused' | 'cancelled' | undefined;
    let failed = false;
    const goesOn = (): boolean => !halted && !failed && !this.terms.isStopping();
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
    if (verdict.kind === 'defer') this.deferred.push({ memberIndex, ...verdict });
    return verdict.kind === 'send';
  }

  private suppress(memberIndex: number, reason: string): void {
    this.suppressed.push({ memberIndex, outcome: 'suppressed', reason });
  }
}
