import { setTimeout as pause } from 'node:timers/promises';
import { closeSlot, reserveSlot, type LaneVisit } from '../../database/lanes.ts';
import type { GateQuestion } from '../../database/member-facts.ts';
import { readRelease } from '../../database/release.ts';
import { isBacklog } from '../../domain/backlog.ts';
import type { Dependencies } from '../dependencies.ts';
import { SAMPLE } from './template-trial.ts';

/** A slot that begins later than this is waited for by the walk, not by the activity. */
const SOON_MS = 1_000;
/** Most members that are offered while something keeps them in: a template is tried with so many, a probe needs one. */
const MOST_WHILE_KEPT = SAMPLE;

export interface Admitted<T> {
  readonly now: readonly T[];
  readonly later: readonly T[];
  /** When to come back for those. */
  readonly laterAt: number;
}

interface OpenSlot {
  readonly startsAt: number;
  readonly endsAt: number;
  /** How many more messages may leave in it. */
  room: number;
}

/**
 * The pace of one attempt to offer a visit's messages: as fast as it can, but for those that a hold, a pause or an
 * open breaker has kept. They leave in their slot of the lane, one after the other.
 */
export class BacklogPace {
  private readonly deps: Dependencies;
  private readonly visit: LaneVisit & GateQuestion;
  private slot: OpenSlot | undefined;
  private nextAt = 0;

  constructor(deps: Dependencies, visit: LaneVisit & GateQuestion) {
    this.deps = deps;
    this.visit = visit;
  }

  /** Whether not everybody can be offered at once. */
  get isSlow(): boolean {
    return this.slot !== undefined;
  }

  /** Reserves a slot for so many messages if they are a backlog. While something keeps them in hardly any are offered. */
  async begin(messages: number): Promise<void> {
    if (messages === 0) return;
    const { pool, timings } = this.deps;
    const { releasedAt, kept } = await readRelease(pool, this.visit);
    if (kept) {
      const now = Date.now();
      this.slot = { startsAt: now, endsAt: now + timings.holdRecheckMs, room: MOST_WHILE_KEPT };
      return;
    }
    if (!isBacklog(this.visit.plannedAt, releasedAt, timings.holdRecheckMs * 2)) return;
    const gapMs = timings.backlogGapMs;
    const { startsInMs, size } = await reserveSlot(pool, this.visit, { messages, gapMs });
    const startsAt = Date.now() + startsInMs;
    this.nextAt = startsAt;
    this.slot = { startsAt, endsAt: startsAt + size * gapMs, room: size };
  }

  /** Tells who may be offered now. */
  admit<T>(members: readonly T[]): Admitted<T> {
    const { slot } = this;
    if (!slot) return { now: members, later: [], laterAt: 0 };
    if (!this.hasBegun(slot)) return { now: [], later: members, laterAt: slot.startsAt };
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
    if (this.slot && this.hasBegun(this.slot)) await closeSlot(this.deps.pool, this.visit);
  }

  private hasBegun({ startsAt }: OpenSlot): boolean {
    return startsAt <= Date.now() + SOON_MS;
  }
}
