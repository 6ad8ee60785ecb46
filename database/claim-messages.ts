import type { Channel } from '../domain/channel.ts';
import { FALLBACK_LEG, PRIMARY_LEG } from '../domain/fallback.ts';
import { BREAKER_OPEN, decideVerdict, type Verdict } from '../domain/gate.ts';
import { withinCap } from '../domain/message-cap.ts';
import type { MessageContent } from '../domain/message-content.ts';
import { takeProbe, type ProbePauses } from './breakers.ts';
import { messageId } from './ids.ts';
import { lockDueFallbacks } from './lock-due-fallbacks.ts';
import { readMemberFacts, type GateQuestion, type MemberFacts } from './member-facts.ts';
import type { Connection, Pool } from './pool.ts';
import { numbersTaken, takeRows, type Offer } from './take-rows.ts';
import { skipKnownHandsets } from './skip-known-handsets.ts';
import { inTransaction, lockForClaim } from './transaction.ts';

/** What all messages of one claim have in common. */
export interface ClaimScope extends GateQuestion {
  readonly projectId: string;
  readonly leg: number;
  readonly channel: Channel;
  /** Whether the engine sends an SMS in place of a message that can't be taken. */
  readonly fallsBack: boolean;
  /** The sender's value as the provider takes it. */
  readonly sender: string;
  readonly receiptDeadlineMs: number;
  readonly claimGraceMs: number;
  readonly breakerProbeMs: ProbePauses;
}

export interface ClaimTerms {
  /** Of this attempt alone. */
  readonly token: string;
  /**
   * Whether neither the messages nor another one to their numbers is taken to be in the ledger: cheaper, and the claim fails
   * with a unique violation where that is wrong. Default false.
   */
  readonly areNew?: boolean;
}

export interface ClaimCandidate {
  readonly memberIndex: number;
  /** The recipient as read before the claim; if it has changed since, the member is passed over. */
  readonly recipientId: string;
  readonly content: MessageContent;
}

export interface ClaimedMessage {
  readonly id: string;
  readonly memberIndex: number;
  readonly to: string;
  readonly content: MessageContent;
  /** How long it may be on its way. */
  readonly validForMs: number;
}

type Refusal = Exclude<Verdict, { kind: 'send' }>;

export interface Claim {
  readonly halted?: 'paused' | 'cancelled';
  readonly token: string;
  /** In ascending order of the recipient. */
  readonly claimed: readonly ClaimedMessage[];
  /** Members that the gate kept in. */
  readonly refused: readonly { readonly memberIndex: number; readonly verdict: Refusal }[];
  /** Members whose number another member's message of this occasion has taken. */
  readonly duplicateNumbers: readonly number[];
  /** Whether calls to the integration have failed lately. */
  readonly troubled: boolean;
  /** `performance.now()` before the commit: a call that has not started `callStartMs` later is not made. */
  readonly committedAfter: number;
}

/**
 * Claims messages for one attempt: locks the recipients, asks the gate afresh, writes the rows.
 *
 * Three statements and never one: a statement's snapshot is older than its locks. Members who have a row that is
 * not `queued` are passed over: their message is somebody's already. So are those whose SMS in place of an MMS is not, or no
 * longer, due.
 */
export function claimMessages(
  pool: Pool,
  scope: ClaimScope,
  candidates: readonly ClaimCandidate[],
  terms: ClaimTerms,
): Promise<Claim> {
  const { token } = terms;
  const claim = async (connection: Connection): Promise<Claim> => {
    await lockForClaim(connection, scope.runId, scope.projectId);
    await lockRecipients(
      connection,
      candidates.map((candidate) => candidate.recipientId),
    );
    const facts = await readMemberFacts(
      connection,
      scope,
      candidates.map((candidate) => candidate.memberIndex),
    );
    const nothing = {
      token,
      claimed: [],
      refused: [],
      duplicateNumbers: [],
      troubled: facts?.troubled ?? false,
    };
    const halted = facts && (facts.cohortFinished ? 'cancelled' : haltOf(facts.runState));
    if (!facts || halted) return { ...nothing, ...(halted && { halted }), committedAfter: performance.now() };

    const verdicts = facts.members.map((member) => ({ member, verdict: decideVerdict(member.gate) }));
    const offers = allowedOffers(scope, candidates, verdicts);
    const uncapped = withinCap(offers, roomOf(facts.members));
    const skipped = await skipKnownHandsets(connection, scope, knownOf(scope, uncapped, facts.members));
    const wanted = skipped.size === 0 ? uncapped : uncapped.filter(({ id }) => !skipped.has(id));
    const allowed = facts.breakerOpen ? await probeOf(connection, scope, wanted) : wanted;
    const refused = [
      ...verdicts.flatMap(({ member, verdict }) =>
        verdict.kind === 'send' ? [] : [{ memberIndex: member.memberIndex, verdict }],
      ),
      ...refusedFor(CAPPED, offers, uncapped),
      ...refusedFor(putOff(scope), wanted, allowed),
    ];
    const due = scope.leg === FALLBACK_LEG ? await lockDueFallbacks(connection, scope, allowed) : allowed;
    const taken = await takeRows(connection, scope, due, terms);
    const claimed = due.filter((offer) => taken.has(offer.id));
    const duplicateNumbers = await numbersTaken(
      connection,
      scope.month,
      due.filter((offer) => !taken.has(offer.id)),
    );
    const { troubled } = facts;
    return { token, claimed, refused, duplicateNumbers, troubled, committedAfter: performance.now() };
  };
  return inTransaction(pool, claim, 'lookups');
}

/** Those whose handsets are known not to take the MMS; a test send is to show what it does. */
function knownOf(
  { leg, fallsBack, isTest }: ClaimScope,
  offers: readonly Offer[],
  members: readonly MemberFacts[],
): readonly Offer[] {
  if (leg !== PRIMARY_LEG || !fallsBack || isTest) return [];
  const known = new Set(
    members.filter(({ handsetKnown }) => handsetKnown).map(({ memberIndex }) => memberIndex),
  );
  return known.size === 0 ? [] : offers.filter(({ memberIndex }) => known.has(memberIndex));
}

/**
 * Of an integration whose breaker is open one message may be claimed, if its probe is due and nobody else's.
 *
 * Each probe takes another one: what the account refuses for one message's sake would keep the breaker open for all.
 */
async function probeOf(
  connection: Connection,
  scope: ClaimScope,
  offers: readonly Offer[],
): Promise<readonly Offer[]> {
  if (offers.length === 0) return [];
  const probe = await takeProbe(connection, scope.integrationId, scope.breakerProbeMs);
  return probe === 0 ? [] : offers.slice((probe - 1) % offers.length).slice(0, 1);
}

const CAPPED: Refusal = { kind: 'suppress', reason: 'capped' };

/** Those that were offered and are not allowed. */
function refusedFor(
  verdict: Refusal,
  offers: readonly Offer[],
  allowed: readonly Offer[],
): readonly { readonly memberIndex: number; readonly verdict: Refusal }[] {
  const passed = new Set(allowed);
  return offers.filter((offer) => !passed.has(offer)).map(({ memberIndex }) => ({ memberIndex, verdict }));
}

/** By recipient, how many more messages it may get; nothing is said of those that nothing caps. */
function roomOf(members: readonly MemberFacts[]): ReadonlyMap<string, number> {
  return new Map(
    members.flatMap(({ recipientId, room }) =>
      recipientId === null || room === null ? [] : [[recipientId, room] as const],
    ),
  );
}

function putOff({ recheckMs }: ClaimScope): Refusal {
  return { kind: 'defer', until: Date.now() + recheckMs, reason: BREAKER_OPEN };
}

/** Locks the recipients in the order that everybody locks them. */
export async function lockRecipients(connection: Connection, recipientIds: readonly string[]): Promise<void> {
  await connection.query({
    name: 'lock-recipients',
    text: 'SELECT id FROM recipient WHERE id = ANY ($1::bigint[]) ORDER BY id FOR NO KEY UPDATE',
    values: [recipientIds],
  });
}

export function haltOf(runState: string): 'paused' | 'cancelled' | undefined {
  if (runState === 'running' || runState === 'finishing') return undefined;
  return runState === 'paused' ? 'paused' : 'cancelled';
}

function allowedOffers(
  scope: ClaimScope,
  candidates: readonly ClaimCandidate[],
  verdicts: readonly { member: MemberFacts; verdict: Verdict }[],
): readonly Offer[] {
  const byMember = new Map(candidates.map((candidate) => [candidate.memberIndex, candidate]));
  return verdicts
    .flatMap(({ member, verdict }) => {
      const candidate = byMember.get(member.memberIndex);
      if (verdict.kind !== 'send' || !candidate || member.recipientId !== candidate.recipientId) return [];
      if (member.phone === null) return [];
      const { runId, month, actionId, pass, leg } = scope;
      const { customerId, entryKey } = member;
      return {
        id: messageId(month, { runId, customerId, entryKey, actionId, pass, leg }),
        memberIndex: member.memberIndex,
        to: member.phone,
        content: candidate.content,
        customerId,
        recipientId: candidate.recipientId,
        occasion: member.occasion,
        validForMs: member.validForMs,
        staleAfter: member.gate.staleAfter,
      };
    })
    .sort((a, b) => Number(BigInt(a.recipientId) - BigInt(b.recipientId)));
}
