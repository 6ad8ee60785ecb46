import type { RunningVisit } from './running-visit.ts';

/**
 * Two visits of one node and pass that should be one, or undefined.
 *
 * Visits that sleep until the same instant are one; of more than `most` the two that wake closest together become
 * one.
 * @param visits all open visits of one node and pass
 * @returns the one that wakes first and the one that it joins
 */
export function closestVisits(
  visits: readonly RunningVisit[],
  most: number,
): readonly [earlier: RunningVisit, later: RunningVisit] | undefined {
  const asleep = visits
    .filter((visit) => visit.status === 'asleep' && Number.isFinite(visit.wakeAt))
    .sort((a, b) => a.wakeAt - b.wakeAt || a.place.number - b.place.number);
  let closest: readonly [RunningVisit, RunningVisit] | undefined;
  let smallest = visits.length > most ? Infinity : 1;
  for (const [index, later] of asleep.entries()) {
    const earlier = asleep[index - 1];
    if (!earlier || later.wakeAt - earlier.wakeAt >= smallest) continue;
    smallest = later.wakeAt - earlier.wakeAt;
    closest = [earlier, later];
  }
  return closest;
}
