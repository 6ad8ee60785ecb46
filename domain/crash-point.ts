/** Places between two steps whose order the promises rest on. */
export const CRASH_POINTS = [
  'before_claim',
  'after_claim',
  /** Behind the last check of a call's second, before its first byte. */
  'before_write',
  'after_call',
  'after_record',
  /** The same for what is offered once more: a repeat, or an operator's resend. */
  'after_repeat_claim',
  'after_repeat_call',
  'after_repeat_record',
  /** A provider has said what it knows of messages in doubt, and nothing of it is stored. */
  'after_look_up',
  /** Of MMS that could not be taken: they are this pump's, and nothing is done in their place; it is done, and not settled. */
  'after_fallback_take',
  'before_fallback_settle',
  'after_sweep',
  /** Cohorts have been told, and the database does not know it. */
  'after_hints',
  'before_fold',
  'after_fold',
  'after_relay',
  /** An audience is committed, and its workflow does not know it. */
  'after_freeze',
  /** A cohort's end is committed, and its workflow does not know it. */
  'after_finish',
  'after_walk_saved',
  /** Of the API: reports of a webhook are about to be stored; they are committed, and their provider is not answered. */
  'before_receipts',
  'after_receipts',
  /** Of the API: a launch is committed and not answered. */
  'after_launch',
  /** Of the API: an opt-out is committed and not answered. */
  'after_suppression',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Says that a point is reached; a rehearsal may end or freeze the process there, otherwise nothing happens. */
export type Reach = (point: CrashPoint) => void;
