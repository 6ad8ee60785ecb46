/** Every state of a message; the order is the order in which one usually passes through them. */
export const MESSAGE_STATES = [
  'queued',
  'submitting',
  'unknown',
  'accepted',
  'dispatched',
  'delivered',
  'failed',
  'expired',
  'rejected',
  'unresolved',
  'cancelled',
] as const;
export type MessageState = (typeof MESSAGE_STATES)[number];

/** States that only a delivery report can give. */
export type ReceiptState = 'accepted' | 'dispatched' | 'delivered' | 'failed' | 'expired';

const RECEIPT_STATES: readonly MessageState[] = ['accepted', 'dispatched', 'delivered', 'failed', 'expired'];

/** Which states may follow a state; a receipt proves acceptance in whatever state it finds the message. */
export const MESSAGE_TRANSITIONS: Readonly<Record<MessageState, readonly MessageState[]>> = {
  queued: ['submitting', 'cancelled', ...RECEIPT_STATES],
  submitting: ['queued', 'rejected', 'unknown', 'unresolved', ...RECEIPT_STATES],
  unknown: ['submitting', 'unresolved', 'rejected', ...RECEIPT_STATES],
  accepted: ['dispatched', 'delivered', 'failed', 'expired'],
  dispatched: ['delivered', 'failed', 'expired'],
  delivered: [],
  failed: ['delivered', 'expired'],
  expired: ['delivered', 'failed'],
  rejected: [...RECEIPT_STATES],
  unresolved: ['submitting', 'rejected', ...RECEIPT_STATES],
  cancelled: [...RECEIPT_STATES],
};

/** Which states may follow `delivered` where only an operator has said so: what a final report says counts more. */
export const ASSUMED_DELIVERED_TRANSITIONS: readonly MessageState[] = ['failed', 'expired'];

/**
 * States that end a message whatever happens next, except for a receipt of a higher rank, and for an
 * operator's decision about an unresolved one.
 *
 * `accepted` and `dispatched` end once their receipt deadline has passed.
 */
export const FINAL_MESSAGE_STATES: readonly MessageState[] = [
  'delivered',
  'failed',
  'expired',
  'rejected',
  'cancelled',
  'unresolved',
];

export const RUN_STATES = [
  'draft',
  'requested',
  'running',
  'paused',
  'finishing',
  'finished',
  'cancelled',
  'failed',
] as const;
export type RunState = (typeof RUN_STATES)[number];

/** Which states may follow a state of a run. */
export const RUN_TRANSITIONS: Readonly<Record<RunState, readonly RunState[]>> = {
  draft: ['requested'],
  requested: ['running', 'finishing', 'paused', 'cancelled', 'failed'],
  running: ['paused', 'finishing', 'finished', 'cancelled', 'failed'],
  paused: ['requested', 'running', 'finishing', 'cancelled'],
  finishing: ['finished', 'paused', 'cancelled'],
  finished: [],
  cancelled: [],
  failed: [],
};

/** States of a run in which nothing happens any more. */
export const ENDED_RUN_STATES: readonly RunState[] = ['finished', 'cancelled', 'failed'];

/** What the workflow of a cohort shows of itself; `stuck` when a visit waits for an operator. */
export type CohortState = RunState | 'stuck';
