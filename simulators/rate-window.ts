/** Counts what was taken within a sliding window. */
export class RateWindow {
  private readonly taken: number[] = [];
  private readonly limit: number;
  private readonly windowMs: number;

  constructor(limit: number, windowMs: number) {
    this.limit = limit;
    this.windowMs = windowMs;
  }

  /** Whether there was room for so many more; for more than the limit there is once nothing is counted any more. */
  take(count = 1): boolean {
    const now = Date.now();
    while (this.taken[0] !== undefined && this.taken[0] <= now - this.windowMs) this.taken.shift();
    if (this.taken.length > 0 && this.taken.length + count > this.limit) return false;
    for (let index = 0; index < count; index += 1) this.taken.push(now);
    return true;
  }
}

/** Whether an account may offer so many messages more at the moment. */
export type HasRoom = (messages: number) => boolean;

/** The throughput of an account. @param maxPerSecond messages of a second; undefined: any number */
export function throughputOf(maxPerSecond: number | undefined): HasRoom {
  if (maxPerSecond === undefined) return () => true;
  const window = new RateWindow(maxPerSecond, 1_000);
  return (messages) => window.take(messages);
}
