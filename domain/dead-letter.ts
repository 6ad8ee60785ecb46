/**
 * Why a receipt is tried no more.
 *
 * - `no_message`: no message of its integration has come up under that id for three days; a replay tries once more
 * - `foreign_id`: no message of ours can have its id
 */
export const DEAD_REASONS = ['no_message', 'foreign_id'] as const;
export type DeadReason = (typeof DEAD_REASONS)[number];

/** Receipts that have no message (yet): those that are tried again, and those that are not. */
export const UNMATCHED_STATES = ['orphan', 'dead-letter'] as const;
export type UnmatchedState = (typeof UNMATCHED_STATES)[number];
