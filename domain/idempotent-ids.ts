/**
 * Whether an account refuses an id that it has taken, so that a repeat under it is harmless: `verified` by a trial, `assumed`
 * because the vendor says so, or `no`. Only `verified` is built upon.
 */
export const IDEMPOTENT_IDS = ['verified', 'assumed', 'no'] as const;
export type IdempotentIds = (typeof IDEMPOTENT_IDS)[number];
