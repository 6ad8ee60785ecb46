/** Messages a second, rounded to a tenth. */
export function rateOf(messages: number, ms: number): number {
  return Math.round((messages / Math.max(ms, 1)) * 10_000) / 10;
}

/** A ratio with three digits behind the point, null where one side was not measured. */
export function ratioOf(one: number | undefined, other: number | undefined): number | null {
  if (one === undefined || other === undefined || other === 0) return null;
  return Math.round((one / other) * 1_000) / 1_000;
}
