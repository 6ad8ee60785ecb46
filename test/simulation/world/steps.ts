import fc from 'fast-check';
import { recipientOf, type Setting } from './fixture.ts';
import { DECISIONS, RECEIPT_DEADLINE_MS, receive, reconcile, reportsOf, ROUNDS, submit } from './jobs.ts';
import type { Decision, Round } from './jobs.ts';
import type { ProcessName } from './simulated-process.ts';
import type { ReportState } from './simulated-provider.ts';
import { START } from './virtual-time.ts';
import { PROCESSES, type World } from './world.ts';

/** One thing that the scheduler does; `pick` and `luck` say which of those that are possible. */
export type Step =
  | { readonly kind: 'go'; readonly pick: number; readonly luck: number; readonly times: number }
  | { readonly kind: 'run'; readonly on: ProcessName; readonly luck: number; readonly times: number }
  | {
      readonly kind: 'doubt';
      readonly on: 'worker 1' | 'worker 2';
      readonly luck: number;
      readonly times: number;
    }
  | { readonly kind: 'attempt'; readonly on: 'worker 1' | 'worker 2' }
  | { readonly kind: 'round'; readonly round: Round }
  | { readonly kind: 'deadline'; readonly on: 'worker 1' | 'worker 2' }
  | {
      readonly kind: 'receipt';
      readonly pick: number;
      readonly states: readonly ReportState[];
      readonly afterMs: number;
    }
  | { readonly kind: 'decide'; readonly decision: Decision; readonly member: number }
  | { readonly kind: 'kill' | 'cut'; readonly on: ProcessName; readonly luck: number }
  | { readonly kind: 'freeze' | 'thaw'; readonly on: ProcessName }
  | { readonly kind: 'time'; readonly ms: number };

const worker = fc.constantFrom<'worker 1' | 'worker 2'>('worker 1', 'worker 2');
const anyProcess = fc.constantFrom(...PROCESSES);
const luck = fc.nat(31);
const states = fc.array(
  fc.constantFrom<ReportState>('delivered', 'failed', 'expired', 'dispatched', 'accepted'),
  { minLength: 1, maxLength: 2 },
);
/** Around every limit of the engine's clocks. */
const spans = fc.constantFrom(300, 999, 1_001, 2_500, 11_000, 31_000, 61_000, 300_000, RECEIPT_DEADLINE_MS);

/** Steps as often as they are worth it: much goes on, a few things go wrong. */
export const anyStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 24,
    arbitrary: fc.record({
      kind: fc.constant('go' as const),
      pick: fc.nat(7),
      luck,
      times: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('run' as const),
      on: anyProcess,
      luck,
      times: fc.integer({ min: 1, max: 12 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('doubt' as const),
      on: worker,
      luck,
      times: fc.integer({ min: 0, max: 16 }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('attempt' as const), on: worker }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('round' as const),
      round: fc.constantFrom<Round>('sweep', 'fold', 'look-up'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('deadline' as const), on: worker }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('receipt' as const),
      pick: fc.nat(3),
      states,
      afterMs: fc.constantFrom(0, 1_000, 2_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('decide' as const),
      decision: fc.constantFrom<Decision>(
        'stop',
        'stop',
        'hold',
        'lift',
        'pause',
        'resume',
        'cancel',
        'erase',
      ),
      member: fc.nat(2),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'cut' as const), on: anyProcess, luck }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constantFrom('freeze' as const, 'thaw' as const), on: anyProcess }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('time' as const), ms: spans }) },
);

export const anySetting: fc.Arbitrary<Setting> = fc.record({
  members: fc.integer({ min: 1, max: 3 }),
  twins: fc.boolean(),
  evening: fc.constantFrom(false, false, false, true),
  messagesPerCall: fc.integer({ min: 1, max: 2 }),
  idempotentIds: fc.constantFrom('verified' as const, 'assumed' as const),
  lookUpLagMs: fc.constantFrom(0, 0, 90_000, 400_000),
});

/** Most things that a process does at a time. */
const MOST_JOBS = 2;

/** Does a step, if it is possible now. */
export async function take(world: World, step: Step): Promise<void> {
  switch (step.kind) {
    case 'go':
      for (let i = 0; i < step.times; i += 1)
        if (!(await world.proceed(step.pick, luckAt(step.luck, i)))) return;
      return;
    case 'run':
      for (let i = 0; i < step.times; i += 1)
        if (!(await world.proceed(0, luckAt(step.luck, i), step.on))) return;
      return;
    case 'doubt':
      return leaveInDoubt(world, step);
    case 'attempt':
      return begin(world, step.on, 'submit', (engine) => submit(world, engine));
    case 'round':
      return begin(world, 'pump', step.round, ROUNDS[step.round]);
    case 'deadline':
      if (world.time.now < START + RECEIPT_DEADLINE_MS) return;
      return begin(world, step.on, 'reconcile', (engine) => reconcile(world, engine));
    case 'receipt': {
      const message = world.provider.accepted[step.pick % Math.max(1, world.provider.accepted.length)];
      if (!message) return;
      const what = `receives ${step.states.join(' and ')} of ${world.watch.nameOf(message.id)}`;
      return begin(world, 'api', what, (engine) =>
        receive(engine, reportsOf(message, step.states, step.afterMs)),
      );
    }
    case 'decide': {
      const member = step.member % world.setting.members;
      const whom = step.decision === 'stop' ? recipientOf(world.setting, member) : member;
      const what = step.decision === 'stop' ? `STOP of number ${whom}` : step.decision;
      return begin(world, 'api', what, (engine) => DECISIONS[step.decision](engine, whom));
    }
    case 'kill':
      return world.kill(step.on, (position) => ((step.luck >> position) & 1) === 1);
    case 'cut':
      return world.cut(step.on, step.luck % 2 === 1);
    case 'freeze':
      world.freeze(step.on);
      return;
    case 'thaw':
      return world.thaw(step.on);
    case 'time':
      return world.advanceTo(world.time.now + step.ms);
  }
}

async function begin(
  world: World,
  on: ProcessName,
  what: string,
  work: Parameters<World['begin']>[2],
): Promise<void> {
  const process = world.process(on);
  if (process.state === 'running' && process.jobs.length < MOST_JOBS) await world.begin(on, what, work);
}

/** Luck goes up and down, but who has none to fear keeps it. */
function luckAt(first: number, position: number): number {
  return first === 0 ? 0 : (first + 5 * position) % 32;
}

/** A worker sleeps through the grace of its claims and the first look-up, and somewhere into what follows the second. */
async function leaveInDoubt(
  world: World,
  { on, luck: fate, times }: Step & { kind: 'doubt' },
): Promise<void> {
  await take(world, { kind: 'freeze', on });
  for (const [round, most] of [
    ['sweep', 20],
    ['look-up', 20],
    ['look-up', times],
  ] as const) {
    await take(world, { kind: 'time', ms: 61_000 });
    await take(world, { kind: 'round', round });
    await take(world, { kind: 'run', on: 'pump', luck: most === times ? fate : 0, times: most });
  }
}
