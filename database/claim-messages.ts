import type { Channel } from '../domain/channel.ts';
import { decideVerdict, type Verdict } from '../domain/gate.ts';
import type { MessageContent } from '../domain/message-content.ts';
import { messageId } from './ids.ts';
import { readMemberFacts, type GateQuestion, type MemberFacts } from './member-facts.ts';
import type { Connection, Pool } from './pool.ts';
import { inTransaction, lockRun } from './transaction.ts';

/** What all messages of one claim have in common. */
export interface ClaimScope extends GateQuestion {
  readonly projectId: string;
  readonly actionId: number;
  readonly pass: number;
  readonly leg: number;
  readonly channel: Channel;
  /** The sender's value as the provider takes it. */
  readonly sender: string;
  readonly receiptDeadlineMs: number;
  readonly claimGraceMs: number;
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
}

export interface Claim {
  readonly halted?: 'paused' | 'cancelled';
  readonly token: string;
  /** In ascending order of the recipient. */
  readonly claimed: readonly ClaimedMessage[];
  /** Members that the gate kept in. */
  readonly refused: readonly {
    readonly memberIndex: number;
    readonly verdict: Exclude<Verdict, { kind: 'send' }>;
  }[];
  /** Members whose number another member's message of this occasion has taken. */
  readonly duplicateNumbers: readonly number[];
  /** `performance.now()` before the commit: a call that has not started `callStartMs` later is not made. */
  readonly committedAfter: number;
}

/**
 * Claims messages for one attempt: locks the recipients, asks the gate afresh, writes the rows.
 *
 * Three statements and never one: a statement's snapshot is older than its locks. Members who have a row that is
 * not `queued` are passed over: their message is somebody's already.
 */
export function claimMessages(
  pool: Pool,
  scope: ClaimScope,
  candidates: readonly ClaimCandidate[],
  token: string,
): Promise<Claim> {
  return inTransaction(pool, async (connection) => {
    await lockRun(connection, scope.runId, 'shared');
    await lockRecipients(
      connection,
      candidates.map((candidate) => candidate.recipientId),
    );
    const facts = await readMemberFacts(
      connection,
      scope,
      candidates.map((candidate) => candidate.memberIndex),
    );
    const nothing = { token, claimed: [], refused: [], duplicateNumbers: [] };
    const halted = facts && haltOf(facts.runState);
    if (!facts || halted) return { ...nothing, ...(halted && { halted }), committedAfter: performance.now() };

    const verdicts = facts.members.map((member) => ({ member, verdict: decideVerdict(member.gate) }));
    const refused = verdicts.flatMap(({ member, verdict }) =>
      verdict.kind === 'send' ? [] : [{ memberIndex: member.memberIndex, verdict }],
    );
    const allowed = allowedOffers(scope, candidates, verdicts);
    const taken = await takeRows(connection, scope, allowed, token);
    const claimed = allowed.filter((offer) => taken.has(offer.id));
    const duplicateNumbers = await numbersTaken(
      connection,
      scope.month,
      allowed.filter((offer) => !taken.has(offer.id)),
    );
    return { token, claimed, refused, duplicateNumbers, committedAfter: performance.now() };
  });
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

interface Offer extends ClaimedMessage {
  readonly customerId: string;
  readonly recipientId: string;
  readonly occasion: string | null;
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
      };
    })
    .sort((a, b) => Number(BigInt(a.recipientId) - BigInt(b.recipientId)));
}

const RECLAIM = `
  UPDATE message SET state = 'submitting', claim_token = $3, claimed_at = clock_timestamp(), attempts = attempts + 1,
    retry_at = NULL, look_at = clock_timestamp() + make_interval(secs => $4),
    receipt_due_at = clock_timestamp() + make_interval(secs => $5)
  WHERE month = $1 AND id = ANY ($2::uuid[]) AND state = 'queued'
  RETURNING id`;

const INSERT = `
  INSERT INTO message (month, id, project_id, run_id, customer_id, recipient_id, cohort_id, member_index, action_id,
    pass, leg, occasion, channel, integration_id, sender, to_number, content, state, attempts, claim_token,
    claimed_at, stale_at, receipt_due_at, look_at)
  SELECT $1, offer.id, $2, $3, offer.customer_id, offer.recipient_id, $4, offer.member_index, $5,
    $6, $7, offer.occasion, $8, $9, $10, offer.to_number, offer.content, 'submitting', 1, $11,
    clock_timestamp(), to_timestamp($12), clock_timestamp() + make_interval(secs => $13),
    clock_timestamp() + make_interval(secs => $14)
  FROM unnest($15::uuid[], $16::uuid[], $17::bigint[], $18::int[], $19::text[], $20::text[], $21::jsonb[])
    AS offer (id, customer_id, recipient_id, member_index, occasion, to_number, content)
  ON CONFLICT DO NOTHING
  RETURNING id`;

async function takeRows(
  connection: Connection,
  scope: ClaimScope,
  offers: readonly Offer[],
  token: string,
): Promise<ReadonlySet<string>> {
  if (offers.length === 0) return new Set();
  const graceSeconds = scope.claimGraceMs / 1_000;
  const receiptSeconds = scope.receiptDeadlineMs / 1_000;
  const reclaimed = await connection.query<{ id: string }>({
    name: 'reclaim-messages',
    text: RECLAIM,
    values: [scope.month, offers.map((offer) => offer.id), token, graceSeconds, receiptSeconds],
  });
  const taken = new Set(reclaimed.rows.map((row) => row.id));
  const fresh = offers.filter((offer) => !taken.has(offer.id));
  if (fresh.length === 0) return taken;
  const inserted = await connection.query<{ id: string }>({
    name: 'insert-messages',
    text: INSERT,
    values: [
      scope.month,
      scope.projectId,
      scope.runId,
      scope.cohortId,
      scope.actionId,
      scope.pass,
      scope.leg,
      scope.channel,
      scope.integrationId,
      scope.sender,
      token,
      scope.staleAfter / 1_000,
      receiptSeconds,
      graceSeconds,
      fresh.map((offer) => offer.id),
      fresh.map((offer) => offer.customerId),
      fresh.map((offer) => offer.recipientId),
      fresh.map((offer) => offer.memberIndex),
      fresh.map((offer) => offer.occasion),
      fresh.map((offer) => offer.to),
      fresh.map((offer) => JSON.stringify(offer.content)),
    ],
  });
  for (const row of inserted.rows) taken.add(row.id);
  return taken;
}

/** Of the offers that were not taken, the members who have no row of their own: their number was taken. */
async function numbersTaken(
  connection: Connection,
  month: number,
  offers: readonly Offer[],
): Promise<readonly number[]> {
  if (offers.length === 0) return [];
  const { rows } = await connection.query<{ id: string }>(
    'SELECT id FROM message WHERE month = $1 AND id = ANY ($2::uuid[])',
    [month, offers.map((offer) => offer.id)],
  );
  const existing = new Set(rows.map((row) => row.id));
  return offers.filter((offer) => !existing.has(offer.id)).map((offer) => offer.memberIndex);
}
