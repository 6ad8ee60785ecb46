/**
 * Whether a message is one of those that leave at a pace: planned before what kept it was taken away, or so shortly
 * after that it was kept from being planned.
 * @param releasedAt when a hold was lifted, a run resumed or a breaker closed last; null where nothing ever kept it
 * @param windowMs how long it takes until everybody who was kept has noticed
 */
export function isBacklog(plannedAt: number, releasedAt: number | null, windowMs: number): boolean {
  return releasedAt !== null && plannedAt < releasedAt + windowMs;
}
