import type { CrashPoint } from '../domain/crash-point.ts';
import { FAULT_KINDS, type Fault, type FaultKind } from '../simulators/faults.ts';
import type { Random } from './random.ts';
import { TARGETS, type Target } from './targets.ts';

/** One thing that is done to the stack, and how far the run has come by then, from 0 to 1. */
export interface Trouble {
  readonly at: number;
  readonly what:
    | { readonly kind: 'kill'; readonly target: Target; readonly point?: CrashPoint }
    | { readonly kind: 'stop'; readonly inFlight: boolean }
    | { readonly kind: 'freeze'; readonly point: CrashPoint; readonly ms: number }
    | { readonly kind: 'workflow'; readonly fault: 'terminate' | 'reset'; readonly of: 'run' | 'cohort' }
    | { readonly kind: 'provider'; readonly fault: Fault }
    | { readonly kind: 'webhooks' };
}

const WORKER_POINTS: readonly CrashPoint[] = [
  'before_claim',
  'after_claim',
  'before_write',
  'after_call',
  'after_record',
  'after_walk_saved',
];
const PUMP_POINTS: readonly CrashPoint[] = [
  'before_fold',
  'after_fold',
  'after_look_up',
  'after_repeat_claim',
  'after_repeat_call',
  'after_repeat_record',
  'after_fallback_take',
  'before_fallback_settle',
  'after_sweep',
  'after_hints',
];
const API_POINTS: readonly CrashPoint[] = ['before_receipts', 'after_receipts', 'after_suppression'];
const POINTS: Readonly<Partial<Record<Target, readonly CrashPoint[]>>> = {
  worker: WORKER_POINTS,
  pump: PUMP_POINTS,
  api: API_POINTS,
};
const OF_REPEATS: readonly CrashPoint[] = ['after_repeat_claim', 'after_repeat_call', 'after_repeat_record'];
const FREEZE_POINTS: readonly CrashPoint[] = [
  'after_claim',
  'before_write',
  'after_call',
  'after_repeat_claim',
  'after_repeat_call',
];
/** The last part of a run is left alone, so that every trouble comes before its end. */
const LAST = 0.92;

/**
 * What is done to a run, in the order in which it is done: the same for the same seed.
 *
 * At least half of the kills are workers', every other process has a tenth or more of them; every second kill of a
 * worker, pump or API is at a point of the code, the others at any instant. Opt-outs, freezes and faults come on top.
 * @param repeats whether messages in doubt are repeated; else nobody ever comes to the points of a repeat
 */
export function planTrouble(
  random: Random,
  {
    kills,
    customers,
    repeats,
  }: { readonly kills: number; readonly customers: number; readonly repeats: boolean },
): readonly Trouble[] {
  const reached = (point: CrashPoint): boolean => repeats || !OF_REPEATS.includes(point);
  const spread = (count: number, what: (index: number) => Trouble['what']): readonly Trouble[] =>
    Array.from({ length: count }, (_, index) => ({
      at: (LAST * (index + random.next())) / count,
      what: what(index),
    }));
  const targets = random.shuffled(killTargets(kills));
  const killOf = dealer(random, reached);
  const freezePoints = FREEZE_POINTS.filter(reached);
  const extras = Math.max(1, Math.ceil(kills / 10));
  const faults = random.shuffled(
    Array.from({ length: Math.max(extras * 2, FAULT_KINDS.length) }, (_, index) => faultOf(index)),
  );
  const stops = Math.ceil(customers / 100) + 1;
  return [
    ...spread(kills, (index) => ({ kind: 'kill', ...killOf(targets[index] ?? 'worker') })),
    ...spread(stops, (index) => ({ kind: 'stop', inFlight: index % 4 !== 3 })),
    ...spread(extras, () => ({
      kind: 'freeze',
      point: random.pick(freezePoints),
      ms: random.whole(1_500, 12_000),
    })),
    ...spread(extras, (index) => ({
      kind: 'workflow',
      fault: index % 2 === 0 ? 'terminate' : 'reset',
      of: random.next() < 0.25 ? 'run' : 'cohort',
    })),
    ...spread(faults.length, (index) => ({
      kind: 'provider',
      fault: {
        kind: faults[index] ?? 'throttle',
        ms: random.whole(500, 2_500),
      },
    })),
    ...spread(extras, () => ({ kind: 'webhooks' })),
  ].sort((one, other) => one.at - other.at);
}

function faultOf(index: number): FaultKind {
  return FAULT_KINDS[index % FAULT_KINDS.length] ?? 'throttle';
}

/** Kills of each process that is no worker: a tenth, as far as half of all stay for workers. */
export function killsOfEach(kills: number): number {
  return Math.min(Math.ceil(kills / 10), mostOfEach(kills));
}

function mostOfEach(kills: number): number {
  return Math.floor(kills / 2 / (TARGETS.length - 1));
}

/** Kills that come on top of the plan, as a share of it: a process may come to a point that was meant for another one. */
const ON_TOP = 0.05;

function killTargets(kills: number): readonly Target[] {
  const others = TARGETS.filter((target) => target !== 'worker');
  const each = Math.min(killsOfEach(Math.ceil(kills * (1 + ON_TOP))), mostOfEach(kills));
  const rest = Math.max(0, kills - each * others.length);
  return [
    ...Array.from({ length: rest }, () => 'worker' as const),
    ...others.flatMap((target) => Array.from({ length: each }, () => target)),
  ].slice(0, kills);
}

/** Deals the points of each target like cards: every one of them comes before one comes again. */
function dealer(
  random: Random,
  reached: (point: CrashPoint) => boolean,
): (target: Target) => { target: Target; point?: CrashPoint } {
  const decks = new Map<Target, CrashPoint[]>();
  return (target) => {
    const points = (POINTS[target] ?? []).filter(reached);
    if (points.length === 0 || random.next() >= 0.5) return { target };
    const deck = decks.get(target) ?? [];
    if (deck.length === 0) deck.push(...random.shuffled(points));
    const point = deck.pop();
    decks.set(target, deck);
    return { target, ...(point !== undefined && { point }) };
  };
}
