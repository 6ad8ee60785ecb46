/** Time from acceptance to the delivery report, in milliseconds: it differs by message but is always the same for one. */
export type ReportDelays = (messageId: string) => number;

/** Of a log-normal distribution with its median at a tenth, 99 of 100 are below 1. */
const MEDIAN = 0.1;
const SIGMA = Math.log(1 / MEDIAN) / 2.326;

/** From half to one and a half of the usual delay; with a spread, log-normal up to it. */
export function delaysOf({
  reportDelayMs = 1_000,
  reportSpreadMs,
}: {
  readonly reportDelayMs?: number;
  readonly reportSpreadMs?: number | undefined;
}): ReportDelays {
  if (reportSpreadMs === undefined) return (id) => reportDelayMs * (0.5 + shareOf(id, 31) / 1_000);
  return (id) => reportSpreadMs * Math.min(1, MEDIAN * Math.exp(SIGMA * normalOf(id)));
}

/** A number of the standard normal distribution: Box and Muller's way, from two numbers that the id gives. */
function normalOf(id: string): number {
  const distance = Math.sqrt(-2 * Math.log((shareOf(id, 31) + 0.5) / 1_000));
  return distance * Math.cos((2 * Math.PI * shareOf(id, 37)) / 1_000);
}

/** From 0 to 999. */
function shareOf(id: string, factor: number): number {
  let hash = 0;
  for (const char of id) hash = (hash * factor + char.charCodeAt(0)) % 1_000;
  return hash;
}
