import { decideVerdict } from '../domain/gate.ts';
import { haltOf, lockRecipients } from './claim-messages.ts';
import { readMemberFacts, type GateQuestion } from './member-facts.ts';
import type { MessageInDoubt } from './messages-in-doubt.ts';
import type { Pool } from './pool.ts';
import { inTransaction, lockForClaim } from './transaction.ts';

export type RepeatClaim =
  | { readonly kind: 'claimed'; readonly committedAfter: number }
  /** The gate keeps it in now; the row says why. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Somebody else has settled it meanwhile. */
  | { readonly kind: 'gone' };

/** Claims a message in doubt for a repeat under the same id: a repeat is a send and passes lock and gate again. */
export function claimRepeat(
  pool: Pool,
  projectId: string,
  question: GateQuestion,
  message: MessageInDoubt,
  claim: { readonly token: string; readonly claimGraceMs: number; readonly receiptDeadlineMs: number },
): Promise<RepeatClaim> {
  return inTransaction(pool, async (connection): Promise<RepeatClaim> => {
    await lockForClaim(connection, question.runId, projectId);
    await lockRecipients(connection, [message.recipientId]);
    const facts = await readMemberFacts(connection, question, [message.memberIndex]);
    const member = facts?.members[0];
    if (!facts || !member) return { kind: 'refused', reason: 'customer_deleted' };
    const halted = haltOf(facts.runState);
    if (halted && facts.runState !== 'finished') return { kind: 'refused', reason: `run_${halted}` };
    if (member.recipientId !== message.recipientId)
      return { kind: 'refused', reason: 'consent_other_number' };
    const verdict = decideVerdict(member.gate);
    if (verdict.kind !== 'send') return { kind: 'refused', reason: verdict.reason };
    const { rowCount } = await connection.query(
      `UPDATE message SET state = 'submitting', claim_token = $3, attempts = attempts + 1,
         look_at = clock_timestamp() + make_interval(secs => $4 / 1000.0),
         receipt_due_at = clock_timestamp() + make_interval(secs => $5 / 1000.0)
       WHERE month = $1 AND id = $2 AND state = 'unknown'`,
      [message.month, message.id, claim.token, claim.claimGraceMs, claim.receiptDeadlineMs],
    );
    return rowCount === 1 ? { kind: 'claimed', committedAfter: performance.now() } : { kind: 'gone' };
  });
}
