import type { DecisionOutcome, MessageAction } from '../domain/message-decision.ts';
import type { MessageState } from '../domain/states.ts';
import { passageOf } from './claim-repeat.ts';
import { lockRecipients } from './claim-messages.ts';
import type { GateQuestion } from './member-facts.ts';
import type { Connection, Pool, Queryable } from './pool.ts';
import { postponeResend, refuseResend, settleDecision, type MessageKey } from './resends.ts';
import { inTransaction, lockForClaim } from './transaction.ts';

/** What must be known of a message before anything is decided about it. */
export interface DecidedMessage {
  readonly month: number;
  readonly id: string;
  readonly projectId: string;
  readonly runId: string;
  readonly cohortId: string;
  readonly memberIndex: number;
  readonly actionId: number;
  readonly pass: number;
  readonly leg: number;
  readonly recipientId: string;
  readonly integrationId: string;
}

export interface DecisionInput {
  readonly action: MessageAction;
  readonly reason: string;
  readonly actor: string;
  /** For a resend: what the gate is asked, or why it need not be. */
  readonly gate: GateQuestion | { readonly refusal: string };
}

export type Decided =
  | { readonly kind: 'decided' }
  /** The same was decided before; nothing is done twice. */
  | { readonly kind: 'known' }
  /** The gate keeps it in: it stays unresolved, and its row says why. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'not_unresolved'; readonly state: MessageState };

/** @returns undefined when the project has no such message */
export async function readDecidedMessage(
  database: Queryable,
  projectId: string,
  month: number,
  id: string,
): Promise<DecidedMessage | undefined> {
  const { rows } = await database.query<DecidedMessage>(
    `SELECT month, id, project_id AS "projectId", run_id AS "runId", cohort_id AS "cohortId",
            member_index AS "memberIndex", action_id AS "actionId", pass, leg, recipient_id AS "recipientId",
            integration_id AS "integrationId"
     FROM message WHERE project_id = $1 AND month = $2 AND id = $3`,
    [projectId, month, id],
  );
  return rows[0];
}

/**
 * Decides what becomes of an unresolved message, and writes down who decided it, when and why.
 *
 * `assume-delivered` ends it; a final receipt that comes later still overrules. `resend` is asked of the gate here, so
 * that a refusal is known at once, and again where the call is made: until then the message stays unresolved.
 */
export function decideMessage(pool: Pool, message: DecidedMessage, input: DecisionInput): Promise<Decided> {
  return inTransaction(pool, async (connection) => {
    await lockForClaim(connection, message.runId, message.projectId);
    await lockRecipients(connection, [message.recipientId]);
    const { state, pending } = await lockMessage(connection, message);
    if (state !== 'unresolved' || (pending && input.action === 'resend'))
      return (await wasDecided(connection, message, input.action))
        ? { kind: 'known' }
        : { kind: 'not_unresolved', state };
    await settleDecision(connection, message, 'refused', 'superseded');
    if (input.action === 'assume-delivered') {
      await writeDecision(connection, message, input, 'done');
      await connection.query(
        `UPDATE message SET state = 'delivered', look_at = NULL, status_code = NULL, error = NULL, error_class = NULL
         WHERE month = $1 AND id = $2`,
        [message.month, message.id],
      );
      return { kind: 'decided' };
    }
    await writeDecision(connection, message, input, 'pending');
    const refusal = await refusalOf(connection, message, input.gate);
    if (refusal !== undefined) {
      await refuseResend(connection, message, refusal);
      return { kind: 'refused', reason: refusal };
    }
    await postponeResend(connection, message, 0);
    return { kind: 'decided' };
  });
}

async function refusalOf(
  connection: Connection,
  message: DecidedMessage,
  gate: DecisionInput['gate'],
): Promise<string | undefined> {
  if ('refusal' in gate) return gate.refusal;
  const passage = await passageOf(connection, gate, message);
  return 'reason' in passage && passage.until === undefined ? passage.reason : undefined;
}

async function lockMessage(
  connection: Connection,
  { month, id }: MessageKey,
): Promise<{ state: MessageState; pending: boolean }> {
  const { rows } = await connection.query<{ state: MessageState; pending: boolean }>(
    `SELECT state, look_at IS NOT NULL AS pending FROM message WHERE month = $1 AND id = $2 FOR NO KEY UPDATE`,
    [month, id],
  );
  if (!rows[0]) throw new Error('A message is never deleted.');
  return rows[0];
}

async function wasDecided(
  connection: Connection,
  { month, id }: MessageKey,
  action: MessageAction,
): Promise<boolean> {
  const { rows } = await connection.query<{ action: MessageAction; outcome: DecisionOutcome }>(
    `SELECT action, outcome FROM message_decision WHERE month = $1 AND message_id = $2
     ORDER BY number DESC LIMIT 1`,
    [month, id],
  );
  return rows[0]?.action === action && rows[0].outcome !== 'refused';
}

async function writeDecision(
  connection: Connection,
  { month, id }: MessageKey,
  { action, reason, actor }: DecisionInput,
  outcome: DecisionOutcome,
): Promise<void> {
  await connection.query(
    `INSERT INTO message_decision (month, message_id, number, action, reason, actor, decided_at, outcome)
     SELECT $1, $2, coalesce(max(number), 0) + 1, $3, $4, $5, clock_timestamp(), $6
     FROM message_decision WHERE month = $1 AND message_id = $2`,
    [month, id, action, reason, actor, outcome],
  );
}
