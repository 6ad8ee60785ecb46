import {
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { LoadedCohort, Summary } from '../domain/activities.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { ReceiptsHint } from '../domain/temporal-names.ts';
import { NODE_BEHAVIOURS } from '../nodes/runs.ts';
import { Walk } from '../walk/walk.ts';
import { activitiesWith } from './activity-proxy.ts';
import { Alarm } from './alarm.ts';
import { detailsOfSummary, detailsTable } from './details.ts';
import type { CohortInput, runCohort } from './run-cohort.ts';
import { ShortQueue } from './short-queue.ts';
import { cohortSignal, receiptsSignal, wakeSignal } from './signals.ts';
import { TemporalHost } from './temporal-host.ts';

/** Longest history before the cohort continues as new; Temporal suggests 4,096 events. */
const MAX_HISTORY = 2_000;
/** Before a sleep longer than this a history of some length is left behind. */
const LONG_SLEEP_MS = 3_600_000;
const HISTORY_WORTH_LEAVING = 100;

/** Signals that have come in and have not been looked at; listens from the first moment on. */
export class CohortNewsBox {
  woken = false;
  private hints: ReceiptsHint[] = [];

  constructor() {
    setHandler(receiptsSignal, (hints) => {
      this.hints.push(...hints);
    });
    setHandler(wakeSignal, () => {
      this.woken = true;
    });
  }

  get isEmpty(): boolean {
    return !this.woken && this.hints.length === 0;
  }

  takeHints(): readonly ReceiptsHint[] {
    return this.hints.splice(0);
  }
}

/** The course of one cohort's workflow: carries the walk on Temporal. */
export class CohortLead {
  private readonly input: CohortInput;
  private readonly cohort: LoadedCohort;
  private readonly news: CohortNewsBox;
  private readonly activities: ReturnType<typeof activitiesWith>;
  private readonly walk: Walk;
  private readonly alarm = new Alarm();
  private readonly queue = new ShortQueue();
  /** Messages by state, by node, as the last hint had them. */
  private readonly messages: Record<string, ReceiptsHint['states']> = {};
  private parked: boolean;

  constructor(input: CohortInput, cohort: LoadedCohort, news: CohortNewsBox) {
    this.input = input;
    this.cohort = cohort;
    this.news = news;
    this.activities = activitiesWith(cohort.timings);
    this.parked = input.carried?.parked ?? false;
    this.walk = new Walk({
      cohortId: input.cohortId,
      size: cohort.size,
      graph: cohort.graph,
      timings: cohort.timings,
      behaviours: NODE_BEHAVIOURS,
      host: new TemporalHost(input.cohortId, this.activities, this.queue),
      state: input.carried?.state,
    });
  }

  async lead(): Promise<Summary> {
    const { walk, news, alarm, queue } = this;
    while (!walk.done) {
      this.readHints();
      if (news.woken) await this.learnRunState();
      if (walk.failure) throw walk.failure;
      if (walk.halted === 'cancelled') {
        await condition(() => walk.drained);
        await walk.exitAll('run_cancelled');
        break;
      }
      walk.advance();
      if (walk.idle && !this.parked) {
        this.parked = true;
        await this.tellRun(false);
      }
      if (this.shouldContinueAsNew()) await this.continueAsNew();
      setCurrentDetails(this.details());
      // While short work is under way the next deadline may change at once: the timer is set when it is known.
      if (!queue.isBusy)
        alarm.set(walk.halted ? undefined : walk.nextWakeAt(), 'next deadline of the cohort');
      await condition(() => walk.changed || walk.done || alarm.fired || !news.isEmpty);
      alarm.fired = false;
    }
    const summary = await this.queue.run(() => this.activities.short.finishCohort(this.input.cohortId));
    setCurrentDetails(detailsOfSummary(summary));
    await this.tellRun(true);
    return summary;
  }

  private readHints(): void {
    for (const { nodeId, pass, ended, states } of this.news.takeHints()) {
      this.messages[nodeId] = states;
      this.walk.receiveHint(nodeId, pass, MemberSet.fromHex(this.cohort.size, ended));
    }
  }

  private async learnRunState(): Promise<void> {
    const { walk, news } = this;
    news.woken = false;
    const state = await this.queue.run(() => this.activities.short.readRunState(this.input.cohortId));
    if (state === 'cancelled' || state === 'failed') {
      walk.halt('cancelled');
    } else if (walk.halted === 'paused' && state !== 'paused') {
      await condition(() => walk.drained);
      walk.resume();
    }
  }

  private shouldContinueAsNew(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (continueAsNewSuggested || historyLength > MAX_HISTORY) return true;
    const sleepMs = (this.walk.nextWakeAt() ?? 0) - Date.now();
    return this.walk.idle && sleepMs > LONG_SLEEP_MS && historyLength > HISTORY_WORTH_LEAVING;
  }

  private async continueAsNew(): Promise<void> {
    const { walk } = this;
    walk.drain();
    await condition(() => walk.drained);
    this.readHints();
    const carried = { state: walk.toState(), parked: this.parked };
    await continueAsNew<typeof runCohort>({ cohortId: this.input.cohortId, carried });
  }

  /** A hint for the run: a parked or finished cohort makes place for the next. The database counts what is true. */
  private async tellRun(finished: boolean): Promise<void> {
    const run = getExternalWorkflowHandle(this.cohort.runWorkflowId);
    await run.signal(cohortSignal, { number: this.cohort.number, finished }).catch(() => undefined);
  }

  private details(): string {
    const present = this.walk.present();
    const tally = this.walk.tally.toState();
    return detailsTable(
      Object.values(this.cohort.graph.nodes).map(({ nodeId, label }) => ({
        node: label,
        here: present.get(nodeId) ?? 0,
        outcomes: tally[nodeId] ?? {},
        messages: this.messages[nodeId] ?? {},
      })),
    );
  }
}
