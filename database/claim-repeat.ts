import { BREAKER_OPEN, decideVerdict } from '../domain/gate.ts';
import { passesBreaker, type ProbePauses } from './breakers.ts';
import { haltOf, lockRecipients } from './claim-messages.ts';
import { readMemberFacts, type GateQuestion } from './member-facts.ts';
import type { MessageInDoubt } from './messages-in-doubt.ts';
import type { Connection, Pool, Queryable } from './pool.ts';
import { settleDecision } from './resends.ts';
import { inTransaction, lockForClaim } from './transaction.ts';

/** Why a message is not offered again now. */
export interface Obstacle {
  readonly reason: string;
  /** Set where it is only put off: the instant at which to ask again, by the clock of the database. */
  readonly until?: number;
}

export type RepeatClaim =
  | { readonly kind: 'claimed'; readonly committedAfter: number; readonly validForMs: number }
  /** The gate keeps it in now; the row says why. */
  | ({ readonly kind: 'refused' } & Obstacle)
  /** Somebody else has settled it meanwhile. */
  | { readonly kind: 'gone' };

/** What the gate says of a message that it lets go. */
export interface Passage {
  readonly staleAfter: number;
  /** How long it may be on its way. */
  readonly validForMs: number;
}

export interface RepeatTerms {
  readonly token: string;
  readonly claimGraceMs: number;
  readonly receiptDeadlineMs: number;
  readonly breakerProbeMs: ProbePauses;
}

type Repeatable = Pick<MessageInDoubt, 'memberIndex' | 'recipientId'>;

/**
 * Whether a message may be offered again, and what keeps it from it if not.
 *
 * A run that has finished does not: only one that is paused or was ended. The run and the recipient must be locked.
 */
export async function passageOf(
  database: Queryable,
  question: GateQuestion,
  message: Repeatable,
): Promise<Obstacle | Passage> {
  const facts = await readMemberFacts(database, question, [message.memberIndex]);
  const member = facts?.members[0];
  if (!facts || !member) return { reason: 'customer_deleted' };
  const halted = haltOf(facts.runState);
  if (halted && facts.runState !== 'finished') return { reason: `run_${halted}` };
  const verdict = decideVerdict(member.gate);
  if (verdict.kind === 'suppress') return { reason: verdict.reason };
  if (member.recipientId !== message.recipientId) return { reason: 'consent_other_number' };
  if (verdict.kind === 'defer') return { reason: verdict.reason, until: verdict.until };
  return { staleAfter: member.gate.staleAfter, validForMs: member.validForMs };
}

/** What a repeat asks for: the message as it was found, and what its gate is asked. */
export interface RepeatRequest {
  readonly projectId: string;
  readonly question: GateQuestion;
  readonly message: MessageInDoubt;
  readonly terms: RepeatTerms;
}

/**
 * Claims a message in doubt for a repeat under the same id: a repeat is a send and passes lock and gate again.
 *
 * The look-up that it follows is counted here: whoever dies before has made none.
 */
export function claimRepeat(pool: Pool, request: RepeatRequest): Promise<RepeatClaim> {
  return claimAgain(pool, request, async (connection) => {
    const { rowCount } = await connection.query(
      `${CLAIM}, looks = looks + 1 WHERE month = $1 AND id = $2 AND state = 'unknown'`,
      [...claimValues(request)],
    );
    return rowCount === 1;
  });
}

/**
 * Claims a message in doubt that provably was not sent: what there was before counts as nothing.
 *
 * The proof must still hold: somebody else may have offered it since it was looked at.
 */
export function claimUnsent(pool: Pool, request: RepeatRequest): Promise<RepeatClaim> {
  return claimAgain(pool, request, async (connection) => {
    const { rowCount } = await connection.query(
      `${CLAIM}, claimed_at = clock_timestamp(), looks = 0
       WHERE month = $1 AND id = $2 AND state = 'unknown' AND provably_unsent`,
      [...claimValues(request)],
    );
    return rowCount === 1;
  });
}

/**
 * Claims an unresolved message that an operator wants to be sent again, under the same id.
 *
 * It begins anew: its look-ups, its receipt deadline and its freshness count from here. Only one whose resend is
 * pending has an instant at which it is looked at.
 */
export function claimResend(pool: Pool, request: RepeatRequest): Promise<RepeatClaim> {
  return claimAgain(pool, request, async (connection, { staleAfter }) => {
    const { rowCount } = await connection.query(
      `${CLAIM}, claimed_at = clock_timestamp(), looks = 0, ended_at = NULL, stale_at = to_timestamp($6)
       WHERE month = $1 AND id = $2 AND state = 'unresolved' AND look_at IS NOT NULL`,
      [...claimValues(request), staleAfter / 1_000],
    );
    if (rowCount !== 1) return false;
    await settleDecision(connection, request.message, 'done');
    return true;
  });
}

const CLAIM = `
  UPDATE message SET state = 'submitting', claim_token = $3, attempts = attempts + 1, provably_unsent = false,
    look_at = clock_timestamp() + make_interval(secs => $4 / 1000.0),
    receipt_due_at = clock_timestamp() + make_interval(secs => $5 / 1000.0)`;

function claimValues({ message, terms }: RepeatRequest): readonly unknown[] {
  return [message.month, message.id, terms.token, terms.claimGraceMs, terms.receiptDeadlineMs];
}

/** Takes back what was claimed while there is no probe to claim it for. */
class NoProbe extends Error {}

/** The row comes first, so that no probe is spent on what somebody else has settled. */
async function claimAgain(
  pool: Pool,
  { projectId, question, message, terms }: RepeatRequest,
  take: (connection: Connection, passage: Passage) => Promise<boolean>,
): Promise<RepeatClaim> {
  try {
    return await inTransaction(pool, async (connection): Promise<RepeatClaim> => {
      await lockForClaim(connection, question.runId, projectId);
      await lockRecipients(connection, [message.recipientId]);
      const passage = await passageOf(connection, question, message);
      if ('reason' in passage) return { kind: 'refused', ...passage };
      if (!(await take(connection, passage))) return { kind: 'gone' };
      if (!(await passesBreaker(connection, question.integrationId, terms.breakerProbeMs)))
        throw new NoProbe();
      const { validForMs } = passage;
      return { kind: 'claimed', validForMs, committedAfter: performance.now() };
    });
  } catch (error) {
    if (!(error instanceof NoProbe)) throw error;
    return { kind: 'refused', reason: BREAKER_OPEN, until: message.takenAt + question.recheckMs };
  }
}
