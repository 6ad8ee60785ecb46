/** Places between two steps whose order the promises rest on. */
export const CRASH_POINTS = [
  'before_claim',
  'after_claim',
  /** Behind the last check of a call's second, before its first byte. */
  'before_write',
  'after_call',
  'after_record',
  'before_fold',
  'after_fold',
  'after_relay',
  'after_walk_saved',
  /** Of the API: reports of a webhook are about to be stored; they are committed, and their provider is not answered. */
  'before_receipts',
  'after_receipts',
  /** Of the API: an opt-out is committed and not answered. */
  'after_suppression',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

/** Says that a point is reached; a rehearsal may end or freeze the process there, otherwise nothing happens. */
export type Reach = (point: CrashPoint) => void;
