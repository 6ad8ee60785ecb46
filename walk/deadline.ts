import type { Timings } from '../domain/timings.ts';

/** An instant at least `durationMs` after `now`, rounded up to a grid so that sets can meet; never early. */
export function roundedDeadline(now: number, durationMs: number, rounding: Timings['rounding']): number {
  const grid = Math.round(Math.min(Math.max(durationMs * rounding.fraction, rounding.minMs), rounding.maxMs));
  return Math.ceil((now + durationMs) / grid) * grid;
}
