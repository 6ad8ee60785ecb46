import { UNKNOWN_WALK_VERSION } from '../domain/walk-version.ts';

/** What the walk decides by itself, beside what the behaviours of its nodes do. */
export interface WalkRules {
  /** How often an entry may enter one node; beyond it the member's walk ends with the reason `pass_limit`. */
  readonly maxPasses: number;
  /** Most open visits of one node and pass; of more the two that wake closest together become one. */
  readonly maxOpenVisits: number;
  /** Most that one visit may remember, in characters of JSON; beyond it the visit is stuck. */
  readonly maxStateLength: number;
  /** Cohorts below this size open their visits at once: so few arrivals are not worth gathering. */
  readonly gatherFromSize: number;
}

/**
 * Every version that a workflow may have been started under. One that has been released is never changed: another
 * decision is another version beside it, and a rule or a switch here that tells them apart.
 */
export const WALK_RULES: Readonly<Record<number, WalkRules>> = {
  1: { maxPasses: 100, maxOpenVisits: 32, maxStateLength: 32_768, gatherFromSize: 10 },
};

/**
 * The rules of a version.
 * @throws Error when this code is older than the version, or does not know it any more: no step may be taken then
 */
export function rulesOf(version: number): WalkRules {
  const rules = Object.hasOwn(WALK_RULES, version) ? WALK_RULES[version] : undefined;
  if (rules) return rules;
  const known = Object.keys(WALK_RULES).join(', ');
  throw new Error(
    `${UNKNOWN_WALK_VERSION}: The cohort walks by version ${version}, and this worker knows ${known}: it waits for another worker.`,
  );
}
