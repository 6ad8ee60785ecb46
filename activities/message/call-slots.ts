import { MOST_CALLS } from '../../providers/http-client.ts';

interface Slots {
  used: number;
  /** In the order in which they asked. */
  readonly waiting: { readonly slots: number; readonly resolve: () => void }[];
}

/**
 * How many calls to one integration this process has under way.
 *
 * A claim is made only for calls that can start at once: what waits for a connection would be too late. Who asks first
 * is served first, integration by integration: a large request is not passed by small ones until its messages are stale.
 */
export class CallSlots {
  private readonly limit: number;
  private readonly byIntegration = new Map<string, Slots>();

  /** @param limit calls at a time and integration; not above the connections of its adapter. Default {@link MOST_CALLS}. */
  constructor(limit = MOST_CALLS) {
    this.limit = limit;
  }

  /** Resolves once `slots` calls may start; give them back with {@link release}. More than the limit start alone. */
  acquire(integrationId: string, slots: number): Promise<void> {
    const own = this.of(integrationId);
    return new Promise<void>((resolve) => {
      own.waiting.push({ slots, resolve });
      this.serve(own);
    });
  }

  release(integrationId: string, slots: number): void {
    const own = this.of(integrationId);
    own.used -= slots;
    this.serve(own);
  }

  private serve(own: Slots): void {
    for (let next = own.waiting[0]; next && this.fits(own, next.slots); next = own.waiting[0]) {
      own.waiting.shift();
      own.used += next.slots;
      next.resolve();
    }
  }

  private fits({ used }: Slots, slots: number): boolean {
    return used === 0 || used + slots <= this.limit;
  }

  private of(integrationId: string): Slots {
    const known = this.byIntegration.get(integrationId);
    if (known) return known;
    const made: Slots = { used: 0, waiting: [] };
    this.byIntegration.set(integrationId, made);
    return made;
  }
}
