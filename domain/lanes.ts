/** A stretch of time in which somebody's messages leave evenly, in milliseconds from now. */
export interface TakenSlot {
  readonly startsInMs: number;
  readonly endsInMs: number;
  readonly messagesPerSecond: number;
}

/** How many messages a second may leave on a lane, and what of it is taken. */
export interface Lane {
  readonly messagesPerSecond: number;
  readonly taken: readonly TakenSlot[];
}

export interface FreeSlot extends TakenSlot {
  /** As many messages as leave in it; 1 or more. */
  readonly size: number;
}

/** Longest stretch that one visit reserves. */
const LONGEST_MS = 300_000;
/** Shorter stretches are left to visits that need no more. */
const SHORTEST_MS = 5_000;
/** What instants in the database tell apart. */
const LEAST_MS = 10;
/** Instants are rounded there: a slot may seem to end this much after the one begins that follows it. */
const OVERLAP_MS = 2;
/** Less of a lane than this is left to those who come later: a visit is not to creep where it could soon run. */
const LEAST_SHARE = 0.1;
/** What sums of rates may be off by. */
const EPSILON = 1e-9;

/**
 * The first stretch of time in which messages may leave on all of these lanes: as fast as what is free on them from its beginning on.
 *
 * @param messages that are to leave; what has no room in the stretch needs another one
 */
export function findSlot(lanes: readonly Lane[], messages: number): FreeSlot {
  const narrowest = Math.min(...lanes.map((lane) => lane.messagesPerSecond));
  const steps = freeSteps(lanes);
  for (const [index, { fromMs, free }] of steps.entries()) {
    if (free < narrowest * LEAST_SHARE - EPSILON) continue;
    const dip = steps.slice(index).find((step) => !step.isOverlap && step.free < free - EPSILON);
    const lengthMs = Math.min(LONGEST_MS, (dip?.fromMs ?? Number.POSITIVE_INFINITY) - fromMs);
    const room = Math.floor((free * lengthMs) / 1_000 + EPSILON);
    const isLast = dip === undefined;
    if (room < messages && lengthMs < SHORTEST_MS) continue;
    if (room < 1 && !isLast) continue;
    const size = Math.max(1, Math.min(messages, room));
    const takesMs = Math.max((size / free) * 1_000, LEAST_MS);
    return {
      startsInMs: fromMs,
      endsInMs: fromMs + takesMs,
      messagesPerSecond: (size / takesMs) * 1_000,
      size,
    };
  }
  throw new Error('A lane is free after its last slot.');
}

interface Step {
  readonly fromMs: number;
  /** Messages a second that are free on every lane from then on, until the next step. */
  readonly free: number;
  /** Whether so little is free for a moment only in which one slot seems to last and the next one to have begun. */
  readonly isOverlap: boolean;
}

function freeSteps(lanes: readonly Lane[]): readonly Step[] {
  const changes = lanes.map(({ taken }) => changesOf(taken));
  const instants = [...new Set([0, ...changes.flatMap((lane) => lane.map(({ atMs }) => atMs))])];
  instants.sort((one, other) => one - other);
  const loads = lanes.map(() => 0);
  const next = lanes.map(() => 0);
  const frees = instants.map((fromMs) => {
    const free = lanes.map((lane, index) => {
      for (;;) {
        const change = changes[index]?.[next[index] ?? 0];
        if (!change || change.atMs > fromMs) break;
        loads[index] = (loads[index] ?? 0) + change.by;
        next[index] = (next[index] ?? 0) + 1;
      }
      return lane.messagesPerSecond - (loads[index] ?? 0);
    });
    return Math.min(...free);
  });
  return instants.map((fromMs, index) => {
    const free = frees[index] ?? 0;
    const lastsMs = (instants[index + 1] ?? Infinity) - fromMs;
    return { fromMs, free, isOverlap: lastsMs <= OVERLAP_MS && (frees[index + 1] ?? 0) > free };
  });
}

interface Change {
  readonly atMs: number;
  readonly by: number;
}

/** What has begun counts from now; what has ended does not count. */
function changesOf(taken: readonly TakenSlot[]): readonly Change[] {
  return taken
    .filter(({ endsInMs }) => endsInMs > 0)
    .flatMap(({ startsInMs, endsInMs, messagesPerSecond: by }) => [
      { atMs: Math.max(0, startsInMs), by },
      { atMs: endsInMs, by: -by },
    ])
    .sort((one, other) => one.atMs - other.atMs);
}
