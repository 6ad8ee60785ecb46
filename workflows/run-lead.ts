import {
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { Summary } from '../domain/activities.ts';
import { ENDED_RUN_STATES, type RunState } from '../domain/states.ts';
import { SEARCH_ATTRIBUTES } from '../domain/temporal-names.ts';
import type { Timings } from '../domain/timings.ts';
import { activitiesWith } from './activity-proxy.ts';
import { detailsOfSummary } from './details.ts';
import type { RunInput, runScenario } from './run-scenario.ts';
import { cohortSignal, wakeSignal } from './signals.ts';
import { startCohort } from './start-cohort.ts';

/** What a run carries from one workflow run to the next. */
export interface Carried {
  /** Number of the next cohort to start. */
  readonly next: number;
  /** Cohorts that were started and have neither parked nor finished, as far as their hints tell. */
  readonly starting: readonly number[];
  readonly finished: number;
}

const WINDOW = 8;
const STARTS_PER_RUN = 300;
const PAGE = 50;
/** Without any news for this long the window is taken to be free: it only keeps the pace. */
const NO_NEWS_MS = 300_000;
const FIRST_POLL_MS = 1_000;
const LAST_POLL_MS = 60_000;

/** The course of one run's workflow; the database counts what is true, signals are only hints. */
export class RunLead {
  private readonly input: RunInput;
  private readonly starting: Set<number>;
  private next: number;
  private finished: number;
  private woken = false;
  private state: RunState = 'requested';
  private activities = activitiesWith();
  private audience = { customers: 0, cohorts: 0 };

  constructor(input: RunInput) {
    const { next, starting, finished } = input.carried ?? { next: 1, starting: [], finished: 0 };
    this.input = input;
    this.next = next;
    this.starting = new Set(starting);
    this.finished = finished;
    setHandler(cohortSignal, (news) => {
      this.starting.delete(news.number);
      if (news.finished) this.finished += 1;
    });
    setHandler(wakeSignal, () => {
      this.woken = true;
    });
  }

  async lead(): Promise<Summary> {
    const { runId } = this.input;
    const { state, timings } = await this.activities.short.beginRun(runId);
    this.state = state;
    this.activities = activitiesWith(timings);
    if (!this.isCancelled()) {
      this.audience = await this.activities.long.freezeAudience.executeWithOptions(
        { summary: 'freeze the audience' },
        [runId],
      );
      await this.startCohorts();
    }
    if (this.isCancelled()) await this.activities.long.closeUnstartedCohorts(runId, this.next);
    return this.awaitEnd(timings);
  }

  private async startCohorts(): Promise<void> {
    const { runId, scenarioName, window = WINDOW, startsPerRun = STARTS_PER_RUN } = this.input;
    const { cohorts } = this.audience;
    let starts = 0;
    while (this.next <= cohorts && !this.isCancelled()) {
      const page = await this.activities.short.cohortsToStart(runId, this.next, PAGE);
      if (page.length === 0) return;
      for (const cohort of page) {
        const hasRoom = await condition(() => this.woken || this.starting.size < window, NO_NEWS_MS, {
          summary: 'place for the next cohort',
        });
        if (!hasRoom) this.starting.clear();
        if (this.woken) await this.learnState();
        if (this.isCancelled()) return;
        this.starting.add(cohort.number);
        await startCohort(cohort, cohorts, scenarioName);
        this.next = cohort.number + 1;
        starts += 1;
        this.show(`${cohort.number} of ${cohorts} cohorts started`);
        const enough = starts >= startsPerRun || workflowInfo().continueAsNewSuggested;
        if (enough && this.next <= cohorts) await this.continueAsNew();
      }
    }
  }

  /**
   * Waits until no cohort is open and every message has ended.
   *
   * Once all cohorts are closed only messages in doubt can be open: they are looked at at a growing pace.
   */
  private async awaitEnd(timings: Timings): Promise<Summary> {
    let closedAt: number | undefined;
    let pollMs = FIRST_POLL_MS;
    for (;;) {
      this.show(`${this.finished} of ${this.audience.cohorts} cohorts finished`);
      if (closedAt === undefined) {
        await condition(() => this.woken || this.finished >= this.audience.cohorts, NO_NEWS_MS, {
          summary: 'cohorts are walking',
        });
      } else {
        await condition(() => this.woken, pollMs, { summary: 'messages in doubt' });
        pollMs = Math.min(pollMs * 2, LAST_POLL_MS);
      }
      this.woken = false;
      const tooLong = closedAt !== undefined && Date.now() - closedAt > timings.finishAfterMs;
      const progress = await this.activities.long.finishRun.executeWithOptions(
        { summary: 'see whether all has ended' },
        [this.input.runId, tooLong || this.isCancelled()],
      );
      this.state = progress.state;
      if (progress.openCohorts > 0) continue;
      closedAt ??= Date.now();
      if (!ENDED_RUN_STATES.includes(progress.state)) continue;
      setCurrentDetails(detailsOfSummary(progress.summary));
      upsertSearchAttributes({ [SEARCH_ATTRIBUTES.state]: [progress.state] });
      return progress.summary;
    }
  }

  private async learnState(): Promise<void> {
    this.woken = false;
    this.state = (await this.activities.short.beginRun(this.input.runId)).state;
  }

  private isCancelled(): boolean {
    return this.state === 'cancelled';
  }

  private show(progress: string): void {
    setCurrentDetails(`${this.audience.customers} customers · ${progress}`);
  }

  private continueAsNew(): Promise<never> {
    const { next, finished } = this;
    const carried = { next, starting: [...this.starting], finished };
    return continueAsNew<typeof runScenario>({ ...this.input, carried });
  }
}
