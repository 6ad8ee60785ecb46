const UNIT_MS = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
} as const;

/** How a duration is written in a scenario: a whole number and a unit, `30s`, `15m`, `2h`, `3d`, `1w`. */
export const DURATION_PATTERN = /^([1-9]\d{0,8})(ms|s|m|h|d|w)$/;

/** Longest duration that a scenario may name: one year, in milliseconds. */
export const MAX_DURATION_MS = 366 * UNIT_MS.d;

/**
 * Milliseconds of a written duration.
 * @returns undefined when the text is not a duration or longer than a year
 */
export function durationMs(text: string): number | undefined {
  const match = DURATION_PATTERN.exec(text);
  if (!match) return undefined;
  const ms = Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
  return ms <= MAX_DURATION_MS ? ms : undefined;
}
