/**
 * Ways of a message that are seldom taken and on which the promises depend: each is told in the log when it is taken,
 * so that a rehearsal of faults can prove that it was.
 */
export const RARE_PATHS = [
  /** Nobody could tell whether the provider took it. */
  'unknown',
  'found_by_lookup',
  /** A receipt proved what no answer had. */
  'proven_by_receipt',
  /** Offered again under the same id, which the provider provably refuses a second time. */
  'same_id_repeat',
  /** The provider refused an id that it had taken. */
  'duplicate_id_answer',
  /** Claimed, but not called: its second was over. */
  'late_call_dropped',
  /** An outcome of a claim that was somebody else's meanwhile. */
  'zombie_fenced',
  /** A claim of another attempt was left to its grace. */
  'foreign_token',
  'early_receipt',
  /** A receipt of a message that is not there (yet). */
  'orphan_receipt',
  'batch_split',
  /** An answer said nothing of one of its messages. */
  'missing_entry',
  'breaker_open',
  /** A number that opted out after its message was made ready. */
  'stop_blocked',
  /** The gate refused a repeat. */
  'repeat_gated',
  /** A workflow took the place of a lost one. */
  'restarted_from_database',
  'render_killed',
] as const;
export type RarePath = (typeof RARE_PATHS)[number];

/** Tells that a rare path was taken, so many times. */
export type Notice = (path: RarePath, count?: number) => void;
