import { FAULT_KINDS } from '../simulators/faults.ts';
import type { Trouble } from './plan.ts';

/** Troubles beside kills and opt-outs; provider's troubles by their kind, nonsense by the post. */
export const TROUBLES = ['terminated', 'reset', 'freezes', 'nonsense_refused', ...FAULT_KINDS] as const;
export type TroubleKind = (typeof TROUBLES)[number];
/** How often each was made. */
export type TroubleCounts = Readonly<Record<TroubleKind, number>>;

/** Posts of webhooks that nobody should take, each time. */
const NONSENSE = 3;

/** Counts of nothing. */
export function noTroubles(): Record<TroubleKind, number> {
  return Object.fromEntries(TROUBLES.map((kind) => [kind, 0])) as Record<TroubleKind, number>;
}

/** What a plan has of each. */
export function plannedTroubles(plan: readonly Trouble[]): TroubleCounts {
  const counts = noTroubles();
  for (const { what } of plan) {
    if (what.kind === 'workflow') counts[what.fault === 'reset' ? 'reset' : 'terminated'] += 1;
    if (what.kind === 'freeze') counts.freezes += 1;
    if (what.kind === 'webhooks') counts.nonsense_refused += NONSENSE;
    if (what.kind === 'provider') counts[what.fault.kind] += 1;
  }
  return counts;
}

/** Kinds of which less than half of what was planned has taken place: the last ones of a run may find nothing to trouble. */
export function lackingTroubles(planned: TroubleCounts, made: TroubleCounts): readonly TroubleKind[] {
  return TROUBLES.filter((kind) => made[kind] < planned[kind] / 2);
}
