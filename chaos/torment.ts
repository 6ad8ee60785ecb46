import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../simulators/faults.ts';
import { freezeUntil, type Freeze } from './freezes.ts';
import { until } from './patience.ts';
import type { Trouble } from './plan.ts';
import type { Random } from './random.ts';
import type { Rig } from './rig.ts';
import { countMessages, hasEnded, readRun, resume } from './runs.ts';
import { anyNumber, countStopsInFlight, numberInFlight, stopNumber, type Stop } from './stops.ts';
import type { Target } from './targets.ts';
import { timeLeft } from './time-left.ts';
import { writeStop } from './written-stops.ts';
import { killWorkflow, type WorkflowFault } from './workflow-faults.ts';
import { postNonsense, reportPath } from './webhooks.ts';
import { noTroubles, type TroubleCounts } from './trouble-counts.ts';

export interface Torment {
  readonly killsByTarget: Readonly<Record<string, number>>;
  /** Of these, those at a point of the code. */
  readonly killsByPoint: Readonly<Record<string, number>>;
  readonly stops: readonly Stop[];
  readonly freezes: readonly Freeze[];
  readonly troubles: TroubleCounts;
  /** Webhooks that the engine took although nobody should take them. */
  readonly nonsenseTaken: number;
}

/** How long a process may take to come to a point before it is killed wherever it is. */
const POINT_MS = 8_000;
/** Numbers that opt out at most for one that does so in time: the message of the first may be over by then. */
const STOP_TRIES = 3;
/** How long a process may take to come to a point at which it is frozen, each of at most two or three times. */
const FREEZE_MS = 30_000;
/** For how long a provider's trouble is made again that no call meets. */
const FAULT_MS = 60_000;
/** How long one part of the progress may take, whatever is dead at the moment. */
const PROGRESS_MS = 180_000;

/** Does everything of the plan to a run, each as soon as the run has come so far. */
export class Tormentor {
  private readonly killsByTarget: Record<string, number> = {};
  private readonly killsByPoint: Record<string, number> = {};
  private readonly stops: Stop[] = [];
  private readonly freezes: Freeze[] = [];
  private readonly troubles = noTroubles();
  private nonsenseTaken = 0;
  /** What goes on beside the plan: a freeze and a provider's trouble end later. */
  private readonly beside: Promise<void>[] = [];
  private readonly rig: Rig;
  private readonly random: Random;
  private readonly runId: string;

  constructor(rig: Rig, random: Random, runId: string) {
    this.rig = rig;
    this.random = random;
    this.runId = runId;
  }

  /** What has been done so far. */
  get torment(): Torment {
    const { killsByTarget, killsByPoint, stops, freezes, troubles, nonsenseTaken } = this;
    return { killsByTarget, killsByPoint, stops, freezes, troubles, nonsenseTaken };
  }

  /** @throws Impatience when the run stands still */
  async carryOut(plan: readonly Trouble[], expected: number, say: (text: string) => void): Promise<void> {
    const startedAt = performance.now();
    const last = plan.at(-1)?.at ?? 1;
    try {
      for (const { at, what } of plan) {
        await until(
          `${Math.round(at * 100)} % of the messages`,
          async () => {
            if ((await countMessages(this.rig, this.runId)) >= at * expected) return true;
            // What is left of the plan is done, and has nothing to meet.
            return (await this.goesOn()) ? undefined : true;
          },
          PROGRESS_MS,
        );
        const left =
          what.kind === 'kill' ? ` · ${timeLeft(performance.now() - startedAt, at / last)} left` : '';
        say(`  ${Math.round(at * 100)} % · ${describe(what)}${left}`);
        await this.apply(what);
      }
    } finally {
      await Promise.all(this.beside);
    }
  }

  /**
   * Resumes the run as an operator does where its workflow was lost: paused, nothing of it is in flight.
   * @returns whether the run is still open; the processes may be so slow that it ends ahead of the plan
   */
  private async goesOn(): Promise<boolean> {
    const { state } = await readRun(this.rig, this.runId);
    if (state === 'paused') await resume(this.rig, this.runId);
    return !hasEnded(state);
  }

  private async apply(what: Trouble['what']): Promise<void> {
    switch (what.kind) {
      case 'kill':
        await this.kill(what.target, what.point);
        return;
      case 'stop':
        await this.stop(what.inFlight);
        return;
      case 'freeze':
        this.beside.push(this.freeze(what));
        return;
      case 'workflow':
        await this.loseWorkflow(what.fault, what.of);
        return;
      case 'provider':
        this.beside.push(this.troubleProvider(what.fault));
        return;
      case 'webhooks':
        await this.postNonsense();
    }
  }

  private async kill(
    target: Target,
    point: Extract<Trouble['what'], { kind: 'kill' }>['point'],
  ): Promise<void> {
    if (point !== undefined) {
      const before = await this.rig.allPids();
      const killed = this.rig.killAt(point, POINT_MS).then(
        () => true,
        () => false,
      );
      // Nobody else opts out meanwhile.
      if (point === 'after_suppression') await this.stop(true);
      const reached = await killed;
      const ended = reached ? ((await this.rig.endedSince(before)) ?? target) : undefined;
      if (ended === target) {
        this.count(target);
        this.killsByPoint[point] = (this.killsByPoint[point] ?? 0) + 1;
        return;
      }
      // A pump repeats messages and comes to points that a worker comes to: its kill comes on top.
    }
    const pids = await until(
      `a ${target} that lives`,
      async () => {
        const living = await this.rig.pids(target);
        return living.length > 0 ? living : undefined;
      },
      PROGRESS_MS,
    );
    // PostgreSQL's own word for a kill: all its processes end at once, nothing is written.
    process.kill(this.random.pick(pids), target === 'postgres' ? 'SIGQUIT' : 'SIGKILL');
    this.count(target);
  }

  private count(target: Target): void {
    this.killsByTarget[target] = (this.killsByTarget[target] ?? 0) + 1;
  }

  private async stop(inFlight: boolean): Promise<void> {
    for (let tries = 1; tries <= (inFlight ? STOP_TRIES : 1); tries += 1) {
      const phone = await until('a number that may opt out', async () => {
        if (!inFlight) return anyNumber(this.rig, this.random);
        const flying = await numberInFlight(this.rig, this.runId);
        return flying === undefined && !(await this.goesOn()) ? anyNumber(this.rig, this.random) : flying;
      }).catch(() => anyNumber(this.rig, this.random));
      if (phone === undefined) return;
      const stop = await this.optOut(phone);
      this.stops.push(stop);
      const met = await until('what the opt-out met', () => countStopsInFlight(this.rig, [stop]));
      if (met > 0) return;
    }
  }

  /** Every other one writes to the sender; where nobody takes that in time an operator is told. */
  private async optOut(phone: string): Promise<Stop> {
    if (this.stops.length % 2 === 0) return stopNumber(this.rig, phone);
    return writeStop(this.rig, phone).catch(() => stopNumber(this.rig, phone));
  }

  private async freeze({ point, ms }: Extract<Trouble['what'], { kind: 'freeze' }>): Promise<void> {
    const freeze = await until('a process to freeze', () =>
      freezeUntil(this.rig, point, FREEZE_MS, () => pause(ms)),
    ).catch(() => undefined);
    if (!freeze) return;
    this.freezes.push(freeze);
    this.troubles.freezes += 1;
  }

  /** Temporal may be dead at the moment, and of a paused run nothing is open; a run that has started all cohorts is not, either. */
  private async loseWorkflow(fault: WorkflowFault, of: 'run' | 'cohort'): Promise<void> {
    const lost = await until(`a workflow to ${fault}`, async () => {
      const id =
        (await killWorkflow(this.rig, this.runId, fault, of)) ??
        (await killWorkflow(this.rig, this.runId, fault, 'cohort'));
      return id === undefined && !(await this.goesOn()) ? null : id;
    }).catch(() => null);
    if (lost !== null) this.troubles[fault === 'reset' ? 'reset' : 'terminated'] += 1;
  }

  /** A trouble that nobody has met is made once more: there may have been no calls. */
  private async troubleProvider(fault: Fault): Promise<void> {
    const calls = await until(
      `a call that meets ${fault.kind}`,
      async () => {
        const before = await this.rig.callsThatMet(fault.kind);
        await this.rig.setFault(fault);
        await pause(fault.ms);
        const met = (await this.rig.callsThatMet(fault.kind)) - before;
        return met === 0 && (await this.goesOn()) ? undefined : met;
      },
      FAULT_MS,
    ).catch(() => 0);
    if (calls > 0) this.troubles[fault.kind] += 1;
  }

  private async postNonsense(): Promise<void> {
    const { client, vendor } = this.rig;
    const right = await reportPath(this.rig);
    const { refused, taken } = await postNonsense(client, { right, report: vendor.deliveredReport });
    this.troubles.nonsense_refused += refused;
    this.nonsenseTaken += taken;
  }
}

function describe(what: Trouble['what']): string {
  switch (what.kind) {
    case 'kill':
      return `kill of a ${what.target}${what.point === undefined ? '' : ` at ${what.point}`}`;
    case 'stop':
      return `opt-out${what.inFlight ? ' of a message in flight' : ''}`;
    case 'freeze':
      return `freeze at ${what.point} for ${what.ms} ms`;
    case 'workflow':
      return `${what.fault} of a ${what.of}`;
    case 'provider':
      return `provider: ${what.fault.kind} for ${what.fault.ms} ms`;
    case 'webhooks':
      return 'webhooks that nobody should take';
  }
}
