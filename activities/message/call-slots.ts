/**
 * How many calls to one integration this process has under way.
 *
 * A claim is made only for calls that can start at once: what waits for a connection would be too late.
 */
export class CallSlots {
  private readonly limit: number;
  private readonly used = new Map<string, number>();
  private readonly waiting: { integrationId: string; slots: number; resolve: () => void }[] = [];

  /** @param limit calls at a time and integration; not above the connections of its adapter. Default 128. */
  constructor(limit = 128) {
    this.limit = limit;
  }

  /** Resolves once `slots` calls may start; give them back with {@link release}. */
  async acquire(integrationId: string, slots: number): Promise<void> {
    if (this.take(integrationId, slots)) return;
    await new Promise<void>((resolve) => this.waiting.push({ integrationId, slots, resolve }));
  }

  release(integrationId: string, slots: number): void {
    this.used.set(integrationId, (this.used.get(integrationId) ?? 0) - slots);
    for (let i = 0; i < this.waiting.length;) {
      const next = this.waiting[i];
      if (!next || !this.take(next.integrationId, next.slots)) {
        i += 1;
        continue;
      }
      this.waiting.splice(i, 1);
      next.resolve();
    }
  }

  private take(integrationId: string, slots: number): boolean {
    const used = this.used.get(integrationId) ?? 0;
    if (used > 0 && used + slots > this.limit) return false;
    this.used.set(integrationId, used + slots);
    return true;
  }
}
