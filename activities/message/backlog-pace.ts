import { setTimeout as pause } from 'node:timers/promises';
import { closeSlot, reserveSlot, type LaneVisit } from '../../database/lanes.ts';
import { isBacklog } from '../../domain/backlog.ts';
import type { Dependencies } from '../dependencies.ts';

/** A slot that begins later than this is waited for by the walk, not by the activity. */
const SOON_MS = 1_000;

export interface Admitted<T> {
  readonly now: readonly T[];
  readonly later: readonly T[];
  /** When to come back for those. */
  readonly laterAt: number;
}

/**
 * The pace of one attempt to offer a visit's messages: as fast as it can, but for those that a hold, a pause or an
 * open breaker has kept. They leave in their slot of the lane, one after the other.
 */
export class BacklogPace {
  private readonly deps: Dependencies;
  private readonly visit: LaneVisit;
  private slot: { readonly startsAt: number; readonly endsAt: number; room: number } | undefined;
  private nextAt = 0;

  constructor(deps: Dependencies, visit: LaneVisit) {
    this.deps = deps;
    this.visit = visit;
  }

  /**
   * Tells who may be offered now.
   * @param left how many messages of the visit have not been offered, these included
   * @param releasedAt when what kept messages like these was last taken away
   */
  async admit<T>(members: readonly T[], left: number, releasedAt: number | null): Promise<Admitted<T>> {
    const { timings } = this.deps;
    const windowMs = timings.holdRecheckMs * 2;
    if (members.length === 0 || !isBacklog(this.visit.plannedAt, releasedAt, windowMs))
      return { now: members, later: [], laterAt: 0 };
    this.slot ??= await this.reserve(left);
    const { slot } = this;
    if (slot.startsAt > Date.now() + SOON_MS) return { now: [], later: members, laterAt: slot.startsAt };
    const now = members.slice(0, slot.room);
    slot.room -= now.length;
    return { now, later: members.slice(now.length), laterAt: slot.endsAt };
  }

  /** Waits until so many messages may be claimed. */
  async turn(messages: number): Promise<void> {
    if (!this.slot) return;
    const now = Date.now();
    const at = Math.max(now, this.nextAt);
    this.nextAt = at + messages * this.deps.timings.backlogGapMs;
    if (at > now) await pause(at - now);
  }

  /** Ends the slot of which something was used: what is left of the visit takes another one. */
  async end(): Promise<void> {
    if (this.slot && this.slot.startsAt <= Date.now() + SOON_MS) await closeSlot(this.deps.pool, this.visit);
  }

  private async reserve(messages: number): Promise<NonNullable<typeof this.slot>> {
    const gapMs = this.deps.timings.backlogGapMs;
    const { startsInMs, size } = await reserveSlot(this.deps.pool, this.visit, { messages, gapMs });
    const startsAt = Date.now() + startsInMs;
    this.nextAt = startsAt;
    return { startsAt, endsAt: startsAt + size * gapMs, room: size };
  }
}
