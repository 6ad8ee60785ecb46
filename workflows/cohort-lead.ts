import {
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { ApplicationFailure } from '@temporalio/common';
import type { CohortOrders, LoadedCohort, Summary } from '../domain/activities.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { CohortState } from '../domain/states.ts';
import { SEARCH_ATTRIBUTES, type ReceiptsHint } from '../domain/temporal-names.ts';
import { WALK_VERSION } from '../domain/walk-version.ts';
import { nodeTitle } from '../domain/walk-graph.ts';
import { NODE_BEHAVIOURS } from '../nodes/runs.ts';
import type { WalkRules } from '../walk/rules.ts';
import { Walk } from '../walk/walk.ts';
import { activitiesWith } from './activity-proxy.ts';
import { Alarm } from './alarm.ts';
import { detailsOfSummary, detailsTable } from './details.ts';
import type { CohortInput, runCohort } from './run-cohort.ts';
import { ShortWork } from './short-work.ts';
import { cohortSignal, receiptsSignal, wakeSignal } from './signals.ts';
import { TemporalHost } from './temporal-host.ts';

/** Before a sleep longer than this a history of some length is left behind. */
const LONG_SLEEP_MS = 3_600_000;
const HISTORY_WORTH_LEAVING = 100;
/** Before a sleep longer than this the places are written, so that a lost workflow can be replaced by another. */
const SLEEP_WORTH_SAVING_MS = 60_000;

/** Signals that have come in and have not been looked at; listens from the first moment on. */
export class CohortNewsBox {
  woken = false;
  /** Somebody has cancelled the workflow. */
  cancelled = false;
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

  cancel(): void {
    this.cancelled = true;
    this.woken = true;
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
  private readonly walk: Walk;
  private readonly alarm = new Alarm();
  private readonly shortWork: ShortWork;
  /** Messages by state, by node, as the last hint had them. */
  private readonly messages: Record<string, ReceiptsHint['states']> = {};
  private parked: boolean;
  /** As the search attribute has it. */
  private state: CohortState;

  constructor(input: CohortInput, rules: WalkRules, cohort: LoadedCohort, news: CohortNewsBox) {
    this.input = input;
    this.cohort = cohort;
    this.news = news;
    const activities = activitiesWith(cohort.timings);
    this.shortWork = new ShortWork(activities);
    this.parked = input.carried?.parked ?? false;
    this.state = input.carried?.shown ?? 'running';
    this.walk = new Walk({
      cohortId: input.cohortId,
      size: cohort.size,
      graph: cohort.graph,
      timings: cohort.timings,
      behaviours: NODE_BEHAVIOURS,
      host: new TemporalHost(input.cohortId, activities, this.shortWork),
      rules,
      state: input.carried?.state ?? cohort.stored ?? undefined,
    });
  }

  async lead(): Promise<Summary> {
    const { walk, news, alarm, shortWork } = this;
    await this.carryOut(this.cohort.orders);
    while (!walk.done) {
      this.readHints();
      if (news.woken || this.isHaltNew()) await this.takeOrders();
      if (walk.failure) throw ApplicationFailure.nonRetryable(walk.failure.message, 'walk_failed');
      if (walk.halted === 'cancelled') {
        await condition(() => walk.drained);
        await walk.exitAll(news.cancelled ? 'cohort_cancelled' : 'run_cancelled');
        break;
      }
      walk.advance();
      if (!walk.halted) this.show(walk.stuck().length > 0 ? 'stuck' : 'running');
      if (walk.idle && this.sleepMs() > SLEEP_WORTH_SAVING_MS && walk.isUnrecorded) {
        await walk.save();
        continue;
      }
      if (walk.idle && !this.parked) {
        this.parked = true;
        await this.tellRun(false);
      }
      if (this.shouldContinueAsNew()) await this.continueAsNew();
      setCurrentDetails(this.details());
      if (!shortWork.isBusy) this.setAlarm();
      await condition(() => walk.changed || walk.done || alarm.fired || !news.isEmpty);
      alarm.fired = false;
    }
    const { summary, isLast } = await shortWork.run('finishCohort', [this.input.cohortId]);
    setCurrentDetails(detailsOfSummary(summary));
    if (isLast || !this.parked) await this.tellRun(isLast);
    return summary;
  }

  /** While short work is under way the next deadline may change at once: only then it is known. */
  private setAlarm(): void {
    const { walk, alarm } = this;
    const summary = 'next deadline of the cohort';
    if (walk.halted) alarm.set(undefined, summary);
    else if (walk.idle) alarm.set(walk.nextWakeAt(), summary);
    else alarm.advance(walk.nextWakeAt(), summary);
  }

  private readHints(): void {
    for (const { nodeId, pass, ended, states } of this.news.takeHints()) {
      this.messages[nodeId] = states;
      this.walk.receiveHint(nodeId, pass, MemberSet.fromHex(this.cohort.size, ended));
    }
  }

  /** An effect that learns of a pause may be told so late: the pause can be over. */
  private isHaltNew(): boolean {
    return this.walk.halted !== undefined && (this.state === 'running' || this.state === 'stuck');
  }

  private async takeOrders(): Promise<void> {
    this.news.woken = false;
    await this.carryOut(await this.shortWork.run('readOrders', [this.input.cohortId]));
  }

  /** Carries out what operators have decided. */
  private async carryOut({ runState, decisions }: CohortOrders): Promise<void> {
    const { walk, news } = this;
    if (news.cancelled || runState === 'cancelled' || runState === 'failed') {
      this.show('cancelled');
      walk.halt('cancelled');
    } else if (runState === 'paused') {
      this.show('paused');
      walk.halt('paused');
    } else {
      if (walk.halted) {
        await condition(() => walk.drained);
        walk.resume();
        this.show('running');
      }
      for (const decision of decisions) walk.decide(decision);
    }
  }

  private show(state: CohortState): void {
    if (state === this.state) return;
    this.state = state;
    upsertSearchAttributes({ [SEARCH_ATTRIBUTES.state]: [state] });
  }

  private shouldContinueAsNew(): boolean {
    const { historyLength, continueAsNewSuggested } = workflowInfo();
    if (this.news.woken) return false;
    if (continueAsNewSuggested || historyLength > this.cohort.timings.historyEvents) return true;
    return this.walk.idle && this.sleepMs() > LONG_SLEEP_MS && historyLength > HISTORY_WORTH_LEAVING;
  }

  private sleepMs(): number {
    return (this.walk.nextWakeAt() ?? 0) - Date.now();
  }

  private async continueAsNew(): Promise<void> {
    const { walk, news } = this;
    walk.drain();
    await condition(() => walk.drained);
    this.readHints();
    if (news.woken) {
      // Orders come first: they may be about this very run of the workflow.
      walk.resume();
      return;
    }
    const carried = { state: walk.toState(), parked: this.parked, shown: this.state };
    await continueAsNew<typeof runCohort>({ ...this.input, walkVersion: WALK_VERSION, carried });
  }

  /** A hint for the run: a parked or ended cohort makes place for the next. The database counts what is true. */
  private async tellRun(isLast: boolean): Promise<void> {
    const run = getExternalWorkflowHandle(this.cohort.runWorkflowId);
    await run.signal(cohortSignal, { number: this.cohort.number, isLast }).catch(() => undefined);
  }

  private details(): string {
    const paused = this.walk.halted === 'paused' ? ['The run is **paused**.'] : [];
    const stuck = this.walk.stuck().map(({ nodeId, members, stuck: why }) => {
      const what = why ? `${why.code}: ${why.message}` : '';
      return `**${members.count()} are stuck** at ${nodeId}. ${what} \`POST /v1/runs/…/incidents/${nodeId}\` decides.`;
    });
    return [...paused, ...stuck, this.table()].join('\n\n');
  }

  private table(): string {
    const present = this.walk.present();
    const tally = this.walk.tally.toState();
    return detailsTable(
      Object.values(this.cohort.graph.nodes).map(({ nodeId, label }) => ({
        node: nodeTitle(nodeId, label),
        here: present.get(nodeId) ?? 0,
        outcomes: tally[nodeId] ?? {},
        messages: this.messages[nodeId] ?? {},
      })),
    );
  }
}
