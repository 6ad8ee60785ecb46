/** Names that workflows, workers and whoever starts or signals them must agree on. */
export const TASK_QUEUE = 'tidings';

export const RUN_WORKFLOW = 'runScenario';
export const COHORT_WORKFLOW = 'runCohort';

/** Receipts have ended messages of a cohort; a hint, the ledger is the truth. */
export const RECEIPTS_SIGNAL = 'receipts';
/** The run's state has changed; look at the database. */
export const WAKE_SIGNAL = 'wake';
/** A cohort has parked for the first time, or ended. */
export const COHORT_SIGNAL = 'cohort';

export const SEARCH_ATTRIBUTES = {
  project: 'TidingsProject',
  scenario: 'TidingsScenario',
  run: 'TidingsRun',
  state: 'TidingsState',
} as const;

export interface ReceiptsHint {
  readonly nodeId: string;
  readonly pass: number;
  /** Members whose messages have ended so far. */
  readonly ended: string;
  /** Messages of the node by state. */
  readonly states: Readonly<Record<string, number>>;
}

export interface CohortNews {
  readonly number: number;
  /** Whether no cohort of the run is open any more. */
  readonly isLast: boolean;
}
