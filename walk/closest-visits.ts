import type { RunningVisit } from './running-visit.ts';

/** Most open visits of one node and pass. */
export const MAX_OPEN_VISITS = 32;

/**
 * Two visits of one node and pass that should be one, or undefined.
 *
 * Visits that sleep until the same instant are one; of more than {@link MAX_OPEN_VISITS} the two that wake closest
 * together become one.
 * @param visits all open visits of one node and pass
 * @returns the one that wakes first and the one that it joins
 */
export function closestVisits(
  visits: readonly RunningVisit[],
): readonly [earlier: RunningVisit, later: RunningVisit] | undefined {
  const asleep = visits
    .filter((visit) => visit.status === 'asleep' && Number.isFinite(visit.wakeAt))
    .sort((a, b) => a.wakeAt - b.wakeAt || a.place.number - b.place.number);
  let closest: readonly [RunningVisit, RunningVisit] | undefined;
  let smallest = visits.length > MAX_OPEN_VISITS ? Infinity : 1;
  for (const [index, later] of asleep.entries()) {
    const earlier = asleep[index - 1];
    if (!earlier || later.wakeAt - earlier.wakeAt >= smallest) continue;
    smallest = later.wakeAt - earlier.wakeAt;
    closest = [earlier, later];
  }
  return closest;
}
