import type { DecisionOutcome, MessageDecision } from '../../domain/message-decision.ts';

/** A decision as the API shows it; `overtaken` when a receipt came before a resend was made. */
export interface DecisionView extends Omit<MessageDecision, 'outcome'> {
  readonly at: string;
  readonly outcome: DecisionOutcome | 'overtaken';
}

/** SQL: the decisions about a row of `message`, the oldest first, as JSON. */
export const DECISIONS = `
  (SELECT coalesce(jsonb_agg(jsonb_build_object(
     'action', action, 'reason', reason, 'actor', actor, 'at', decided_at, 'refusal', refusal,
     'outcome', CASE WHEN outcome = 'pending' AND message.state <> 'unresolved' THEN 'overtaken' ELSE outcome END)
     ORDER BY number), '[]')
   FROM message_decision AS decision
   WHERE decision.month = message.month AND decision.message_id = message.id)`;

/** SQL: whether a row of `message` is `delivered` only because an operator has said so. */
export const ASSUMED = `(message.state = 'delivered' AND message.receipt_state IS NULL)`;
