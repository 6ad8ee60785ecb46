import type {
  EffectAnswer,
  EffectScope,
  OutcomeGroup,
  ReconcileInput,
  SubmitInput,
  SubmitResult,
} from './effects.ts';
import type { VisitDecision } from './incident.ts';
import type { JsonObject } from './json.ts';
import type { RunState } from './states.ts';
import type { Timings } from './timings.ts';
import type { WalkGraph } from './walk-graph.ts';
import type { StoredWalk } from './stored-walk.ts';
import type { WalkRecord, WalkRecordAnswer } from './walk-record.ts';

/** Effects that a behaviour can call by name: each is an activity of the same name. */
export type EffectActivities = {
  evaluateCondition(scope: EffectScope, input: JsonObject): Promise<EffectAnswer<{ matching: string }>>;
  gate(
    scope: EffectScope,
    input: JsonObject,
  ): Promise<EffectAnswer<{ send: string; suppressed: readonly OutcomeGroup[] }>>;
  submit(scope: EffectScope, input: SubmitInput): Promise<EffectAnswer<SubmitResult>>;
  reconcile(
    scope: EffectScope,
    input: ReconcileInput,
  ): Promise<EffectAnswer<{ outcomes: readonly OutcomeGroup[] }>>;
};

export interface LoadedCohort {
  /** Nothing is left to do: workflow ids outlive Temporal's memory. */
  readonly finished: boolean;
  readonly number: number;
  readonly size: number;
  readonly runWorkflowId: string;
  readonly graph: WalkGraph;
  readonly timings: Timings;
  readonly orders: CohortOrders;
  /** Where an earlier workflow of the cohort had left the walk; null at the start of it. */
  readonly stored: StoredWalk | null;
}

/** What the database has for a cohort's workflow to carry out. */
export interface CohortOrders {
  readonly runState: RunState;
  readonly decisions: readonly VisitDecision[];
}

export interface CohortToStart {
  readonly id: string;
  readonly number: number;
  readonly size: number;
  readonly workflowId: string;
}

/** A table for people: a row a node, in the order of the graph. */
export type Summary = readonly {
  readonly node: string;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly messages: Readonly<Record<string, number>>;
}[];

/** What a run's workflow needs of the database besides. */
export type EngineActivities = {
  beginRun(runId: string): Promise<{ state: RunState; timings: Timings }>;
  freezeAudience(runId: string, cohortSize?: number): Promise<{ customers: number; cohorts: number }>;
  /** Open cohorts from a number on. */
  cohortsToStart(runId: string, from: number, count: number): Promise<readonly CohortToStart[]>;
  closeUnstartedCohorts(runId: string, firstNumber: number): Promise<number>;
  /** Finishes the run if it can be, or must be; the summary is there once it has ended. */
  finishRun(
    runId: string,
    force: boolean,
  ): Promise<{ state: RunState; openCohorts: number; openMessages: boolean; summary: Summary }>;
  /** @param withWalk whether to read where a lost workflow had left the walk */
  loadCohort(cohortId: string, withWalk: boolean): Promise<LoadedCohort>;
  recordTrace(cohortId: string, record: WalkRecord): Promise<WalkRecordAnswer>;
  readOrders(cohortId: string): Promise<CohortOrders>;
  cancelRun(runId: string, reason: string): Promise<RunState>;
  finishCohort(cohortId: string): Promise<{ summary: Summary; isLast: boolean }>;
};

export type Activities = EffectActivities & EngineActivities;
