import { setTimeout as pause } from 'node:timers/promises';
import { freezeUntil, type Freeze } from './freezes.ts';
import { until } from './patience.ts';
import type { Trouble } from './plan.ts';
import type { Random } from './random.ts';
import type { Rig } from './rig.ts';
import { countMessages, readRun, resume } from './runs.ts';
import { anyNumber, countStopsInFlight, numberInFlight, stopNumber, type Stop } from './stops.ts';
import type { Target } from './targets.ts';
import { timeLeft } from './time-left.ts';
import { killWorkflow } from './workflow-faults.ts';
import { postNonsense } from './webhooks.ts';

export interface Torment {
  readonly killsByTarget: Readonly<Record<string, number>>;
  readonly stops: readonly Stop[];
  readonly freezes: readonly Freeze[];
  /** Statuses with which the engine took webhooks that nobody should take. */
  readonly nonsenseTaken: readonly number[];
}

/** How long a process may take to come to a point before it is killed wherever it is. */
const POINT_MS = 8_000;
/** Numbers that opt out at most for one that does so in time: the message of the first may be over by then. */
const STOP_TRIES = 3;
/** How long one part of the progress may take, whatever is dead at the moment. */
const PROGRESS_MS = 180_000;

/** Does everything of the plan to a run, each as soon as the run has come so far. */
export class Tormentor {
  private readonly killsByTarget: Record<string, number> = {};
  private readonly stops: Stop[] = [];
  private readonly freezes: Freeze[] = [];
  private readonly nonsenseTaken: number[] = [];
  /** What goes on beside the plan: a freeze ends later. */
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
    const { killsByTarget, stops, freezes, nonsenseTaken } = this;
    return { killsByTarget, stops, freezes, nonsenseTaken };
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
            await this.resumeWherePaused();
            return undefined;
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

  /** As an operator does: a run whose workflow is lost is paused, and then nothing of it is in flight. */
  private async resumeWherePaused(): Promise<void> {
    const run = await readRun(this.rig, this.runId);
    if (run.state === 'paused') await resume(this.rig, this.runId);
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
        // Temporal itself may be dead at the moment.
        await killWorkflow(this.rig, this.runId, what.fault, what.of).catch(() => undefined);
        return;
      case 'provider':
        await this.rig.setFault(what.fault);
        return;
      case 'webhooks':
        this.nonsenseTaken.push(...(await postNonsense(this.rig)));
    }
  }

  private async kill(
    target: Target,
    point: Extract<Trouble['what'], { kind: 'kill' }>['point'],
  ): Promise<void> {
    if (point !== undefined) {
      const before = await this.rig.allPids();
      const reached = await this.rig.killAt(point, POINT_MS).then(
        () => true,
        () => false,
      );
      const ended = reached ? ((await this.rig.endedSince(before)) ?? target) : undefined;
      if (ended === target) {
        this.count(target);
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
        if (flying === undefined) await this.resumeWherePaused();
        return flying;
      }).catch(() => anyNumber(this.rig, this.random));
      if (phone === undefined) return;
      const stop = await stopNumber(this.rig, phone);
      this.stops.push(stop);
      const met = await until('what the opt-out met', () => countStopsInFlight(this.rig, [stop]));
      if (met > 0) return;
    }
  }

  private async freeze({ point, ms }: Extract<Trouble['what'], { kind: 'freeze' }>): Promise<void> {
    const freeze = await freezeUntil(this.rig, point, 30_000, () => pause(ms)).catch(() => undefined);
    if (freeze) this.freezes.push(freeze);
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
