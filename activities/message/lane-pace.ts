import { setTimeout as pause } from 'node:timers/promises';
import { closeSlot, LATE_MS, reserveSlot, type LaneVisit } from '../../database/lanes.ts';
import type { GateQuestion } from '../../database/member-facts.ts';
import { readRelease } from '../../database/release.ts';
import { isBacklog } from '../../domain/backlog.ts';
import type { Rates } from '../../domain/rates.ts';
import type { Dependencies } from '../dependencies.ts';
import { SAMPLE } from './template-trial.ts';

/** A slot that begins later than this is waited for by the walk, not by the activity. */
const SOON_MS = 1_000;
/** Most members that are offered while something keeps them in: a template is tried with so many, a probe needs one. */
const MOST_WHILE_KEPT = SAMPLE;
/** What is claimed at once leaves at once: no more than the rate allows in this time. */
const BURST_MS = 500;

export interface Admitted<T> {
  readonly now: readonly T[];
  readonly later: readonly T[];
  /** When to come back for those. */
  readonly laterAt: number;
}

interface OpenSlot {
  readonly startsAt: number;
  readonly endsAt: number;
  readonly gapMs: number;
  /** How many more messages may leave in it. */
  room: number;
  readonly isReserved: boolean;
}

/**
 * The pace of one attempt to offer a visit's messages: as fast as it can where nothing has a rate. Where the integration, the sender or
 * the run has one, or a hold, a pause or an open breaker has kept them, they leave in their slot of the lanes, one after the other.
 */
export class LanePace {
  private readonly deps: Dependencies;
  private readonly visit: LaneVisit & GateQuestion;
  private readonly rates: Rates;
  private slot: OpenSlot | undefined;
  private nextAt = 0;
  private kept = false;

  constructor(deps: Dependencies, visit: LaneVisit & GateQuestion, rates: Rates) {
    this.deps = deps;
    this.visit = visit;
    this.rates = rates;
  }

  /** Whether something keeps everybody in: an open breaker among others, which lets but one message out at a time. */
  get isKept(): boolean {
    return this.kept;
  }

  /** Whether not everybody can be offered at once. */
  get isSlow(): boolean {
    return this.slot !== undefined;
  }

  /**
   * Reserves a slot for so many messages if they need one. While something keeps them in hardly any are offered.
   * @returns the instant from which lateness counts: whoever was fresh when its slot was reserved is none the staler for waiting for it
   */
  async begin(messages: number): Promise<number> {
    const { plannedAt } = this.visit;
    if (messages === 0) return plannedAt;
    const { pool, timings } = this.deps;
    const { releasedAt, kept } = await readRelease(pool, this.visit);
    const now = Date.now();
    this.kept = kept;
    if (kept) {
      const endsAt = now + timings.holdRecheckMs;
      this.slot = {
        startsAt: now,
        endsAt,
        gapMs: timings.backlogGapMs,
        room: MOST_WHILE_KEPT,
        isReserved: false,
      };
      return plannedAt;
    }
    const isKept = isBacklog(plannedAt, releasedAt, timings.holdRecheckMs * 2);
    const { integration, sender, run } = this.rates;
    if (!isKept && integration === null && sender === null && run === null) return plannedAt;
    const backlogRate = isKept ? 1_000 / timings.backlogGapMs : null;
    const reserved = await reserveSlot(pool, this.visit, { messages, rates: this.rates, backlogRate });
    const { startsInMs, endsInMs, size, formerEndsInMs, known } = reserved;
    const gapMs = (endsInMs - startsInMs) / size;
    // An attempt that follows one that was killed has but the rest of the slot.
    const room = Math.min(size, Math.ceil((endsInMs + LATE_MS) / gapMs));
    this.nextAt = now + startsInMs;
    this.slot = { startsAt: now + startsInMs, endsAt: now + endsInMs, gapMs, room, isReserved: true };
    if (isKept) return plannedAt;
    return Math.max(
      plannedAt,
      ...(formerEndsInMs === null ? [] : [now + formerEndsInMs]),
      ...(known ? [now + startsInMs] : []),
    );
  }

  /** Most messages that are to be claimed at once, of so many. */
  burst(messages: number): number {
    if (!this.slot) return messages;
    return Math.max(1, Math.min(messages, Math.floor(BURST_MS / this.slot.gapMs)));
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
    this.nextAt = at + messages * this.slot.gapMs;
    if (at > now) await pause(at - now);
  }

  /** Ends the slot of which something was used: what is left of the visit takes another one. */
  async end(): Promise<void> {
    if (this.slot?.isReserved && this.hasBegun(this.slot)) await closeSlot(this.deps.pool, this.visit);
  }

  private hasBegun({ startsAt }: OpenSlot): boolean {
    return startsAt <= Date.now() + SOON_MS;
  }
}
