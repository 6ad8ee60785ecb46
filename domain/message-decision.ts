export const MESSAGE_ACTIONS = ['resend', 'assume-delivered'] as const;
/** What an operator may decide about an unresolved message. */
export type MessageAction = (typeof MESSAGE_ACTIONS)[number];

export const DECISION_OUTCOMES = ['pending', 'done', 'refused'] as const;
/**
 * What has come of a decision: a `resend` is `pending` until it is claimed, and `refused` when the gate keeps it in.
 */
export type DecisionOutcome = (typeof DECISION_OUTCOMES)[number];

export interface MessageDecision {
  readonly action: MessageAction;
  readonly reason: string;
  readonly actor: string;
  readonly outcome: DecisionOutcome;
  /** Why it was refused, in one stable word. */
  readonly refusal: string | null;
}

/** What `error` of a message begins with whose repeat the gate has refused; the reason follows. */
export const REPEAT_REFUSED = 'repeat refused: ';
