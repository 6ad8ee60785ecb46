import type { Walk } from '../../walk/walk.ts';

/** A clock that jumps: it stands still while a walk works and leaps to the next instant at which it has to. */
export class VirtualClock {
  private instant: number;

  constructor(startMs: number) {
    this.instant = startMs;
  }

  now(): number {
    return this.instant;
  }

  leapTo(instantMs: number): void {
    this.instant = Math.max(this.instant, instantMs);
  }
}

/** Lets everything happen that needs no time. @throws when the walk failed as a whole */
export async function settle(walk: Walk): Promise<void> {
  while (!walk.idle && !walk.done && !walk.drained) {
    if (walk.failure) throw walk.failure;
    if (walk.changed) walk.advance();
    await Promise.resolve();
  }
}

/**
 * Walks until nothing happens any more by itself.
 * @returns whether the walk is done; otherwise it was halted, or waits for a hint or an operator
 */
export async function walkOn(walk: Walk, clock: VirtualClock): Promise<boolean> {
  for (;;) {
    await settle(walk);
    if (walk.done) return true;
    if (walk.drained) return false;
    const next = walk.nextWakeAt();
    if (next === undefined) return false;
    clock.leapTo(next);
    walk.changed = true;
  }
}
