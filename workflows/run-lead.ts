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
import { ShortWork } from './short-work.ts';
import { startCohort } from './start-cohort.ts';

/** What a run carries from one workflow run to the next. */
export interface Carried {
  /** Number of the next cohort to start. */
  readonly next: number;
  /** Cohorts that were started and have neither parked nor finished, as far as their hints tell. */
  readonly starting: readonly number[];
  /** When the last cohort was seen to be closed. */
  readonly closedAt?: number | undefined;
}

const START: Carried = { next: 1, starting: [] };
const WINDOW = 8;
const STARTS_PER_RUN = 300;
const PAGE = 50;
/** Without any news for this long the window is taken to be free: it only keeps the pace. */
const NO_NEWS_MS = 300_000;
/** How often the database is asked while cohorts are walking and nobody tells anything. */
const OPEN_POLL_MS = { first: 60_000, last: 3_600_000 };
/** How often once all cohorts are closed: then only messages in doubt can be open. */
const CLOSED_POLL_MS = { first: 1_000, last: 300_000 };
/** In the first minutes of it most are settled: nobody shall wait long for the end of a run then. */
const SOON_CLOSED = { lasts: 600_000, pollMs: 15_000 };

/** The course of one run's workflow; the database counts what is true, signals are only hints. */
export class RunLead {
  private readonly input: RunInput;
  private readonly starting: Set<number>;
  private next: number;
  /** The last cohort has told that it has ended, and the database has not been asked since. */
  private lastEnded = false;
  private closedAt: number | undefined;
  /** Whether this run of the workflow has started a cohort. */
  private hasStarted = false;
  private woken = false;
  /** Somebody has cancelled the workflow, and the database does not say so yet. */
  private cancelRequested = false;
  private state: RunState = 'requested';
  private activities = activitiesWith();
  private shortWork = new ShortWork(this.activities);
  private historyEvents = Infinity;
  private audience = { customers: 0, cohorts: 0 };
  private progress = '';

  constructor(input: RunInput) {
    const { next, starting, closedAt } = input.carried ?? START;
    this.input = input;
    this.next = next;
    this.starting = new Set(starting);
    this.closedAt = closedAt;
    setHandler(cohortSignal, (news) => {
      this.starting.delete(news.number);
      this.lastEnded ||= news.isLast;
    });
    setHandler(wakeSignal, () => {
      this.woken = true;
    });
  }

  /** Cancels the run as the API does: the database is told first. */
  cancel(): void {
    this.cancelRequested = true;
    this.woken = true;
  }

  async lead(): Promise<Summary> {
    const { runId } = this.input;
    const { timings } = await this.shortWork.run('beginRun', [runId]);
    this.activities = activitiesWith(timings);
    this.shortWork = new ShortWork(this.activities);
    this.historyEvents = timings.historyEvents;
    await this.learnState();
    if (!this.isCancelled()) {
      this.audience = await this.activities.long.freezeAudience.executeWithOptions(
        { summary: 'freeze the audience' },
        [runId, this.input.cohortSize],
      );
      await this.startCohorts();
    }
    if (this.isCancelled()) await this.activities.long.closeUnstartedCohorts(runId, this.next);
    // Nobody may be left to tell anything.
    this.lastEnded ||= this.isCancelled() || !this.hasStarted;
    return this.awaitEnd(timings);
  }

  private async startCohorts(): Promise<void> {
    const { runId, scenarioName, window = WINDOW, startsPerRun = STARTS_PER_RUN } = this.input;
    const { cohorts } = this.audience;
    let starts = 0;
    while (this.next <= cohorts && !this.isCancelled()) {
      const page = await this.shortWork.run('cohortsToStart', [runId, this.next, PAGE]);
      if (page.length === 0) return;
      for (const cohort of page) {
        const hasRoom = await condition(() => this.woken || this.starting.size < window, NO_NEWS_MS, {
          summary: 'place for the next cohort',
        });
        if (!hasRoom) this.starting.clear();
        if (this.woken) await this.learnState();
        if (this.isCancelled()) return;
        const isNew = await startCohort(cohort, cohorts, scenarioName);
        if (isNew) this.starting.add(cohort.number);
        this.hasStarted ||= isNew;
        this.next = cohort.number + 1;
        starts += 1;
        this.show(`${cohort.number} of ${cohorts} cohorts started`);
        const enough = starts >= startsPerRun || this.isHistoryLong();
        if (enough && this.next <= cohorts) await this.continueAsNew();
      }
    }
  }

  /**
   * Waits until no cohort is open and every message has ended.
   *
   * The last cohort tells that it has ended; the database is asked at a growing pace even if nobody tells anything.
   */
  private async awaitEnd({ finishAfterMs }: Timings): Promise<Summary> {
    let pauseMs = OPEN_POLL_MS.first;
    for (;;) {
      await this.awaitNews(pauseMs);
      const tooLong = this.closedAt !== undefined && Date.now() - this.closedAt > finishAfterMs;
      const progress = await this.activities.long.finishRun.executeWithOptions(
        { summary: 'see whether all has ended' },
        [this.input.runId, tooLong || this.isCancelled()],
      );
      this.showState(progress.state);
      this.show(`${this.audience.cohorts - progress.openCohorts} of ${this.audience.cohorts} cohorts ended`);
      if (progress.openCohorts === 0 && ENDED_RUN_STATES.includes(progress.state)) {
        setCurrentDetails(detailsOfSummary(progress.summary));
        return progress.summary;
      }
      if (progress.openCohorts === 0 && this.closedAt === undefined) {
        this.closedAt = Date.now();
        pauseMs = CLOSED_POLL_MS.first;
      } else {
        pauseMs = Math.min(pauseMs * 2, this.longestPause());
      }
      if (this.isHistoryLong()) await this.continueAsNew();
    }
  }

  private longestPause(): number {
    if (this.closedAt === undefined) return OPEN_POLL_MS.last;
    return Date.now() - this.closedAt < SOON_CLOSED.lasts ? SOON_CLOSED.pollMs : CLOSED_POLL_MS.last;
  }

  /** Until an operator or the last cohort says something, or the pause is over. */
  private async awaitNews(pauseMs: number): Promise<void> {
    await condition(() => this.woken || this.lastEnded, pauseMs, { summary: 'cohorts are walking' });
    this.lastEnded = false;
    if (this.woken) await this.learnState();
  }

  /** Learns the run's state; while the run is paused nothing else is done. */
  private async learnState(): Promise<void> {
    do {
      this.woken = false;
      await this.writeCancellation();
      const { state } = await this.shortWork.run('beginRun', [this.input.runId]);
      this.showState(state);
      if (state === 'paused') await condition(() => this.woken);
    } while (this.state === 'paused');
  }

  private async writeCancellation(): Promise<void> {
    if (!this.cancelRequested) return;
    this.cancelRequested = false;
    await this.shortWork.run('cancelRun', [this.input.runId, 'cancelled in the Temporal UI']);
  }

  private showState(state: RunState): void {
    if (state === this.state) return;
    this.state = state;
    upsertSearchAttributes({ [SEARCH_ATTRIBUTES.state]: [state] });
    this.show(this.progress);
  }

  private isHistoryLong(): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    return continueAsNewSuggested || historyLength > this.historyEvents;
  }

  private isCancelled(): boolean {
    return this.state === 'cancelled';
  }

  private show(progress: string): void {
    this.progress = progress;
    const known = progress === '' ? [] : [`${this.audience.customers} customers`, progress];
    setCurrentDetails([...known, ...(this.state === 'paused' ? ['**paused**'] : [])].join(' · '));
  }

  private async continueAsNew(): Promise<void> {
    if (this.woken) await this.learnState();
    const { next, closedAt } = this;
    const carried = { next, starting: [...this.starting], closedAt };
    await continueAsNew<typeof runScenario>({ ...this.input, carried });
  }
}
