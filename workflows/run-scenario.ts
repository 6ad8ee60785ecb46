import type { Summary } from '../domain/activities.ts';
import { endingByItself } from './cancellation.ts';
import { RunLead, type Carried } from './run-lead.ts';

export interface RunInput {
  readonly runId: string;
  readonly scenarioName: string;
  /** Most members of a cohort. Default 1,000. */
  readonly cohortSize?: number;
  /** Cohorts that may be starting at once. Default 8. */
  readonly window?: number;
  /** Starts after which the run continues as new. Default 300. */
  readonly startsPerRun?: number;
  /** What an earlier run of the same workflow carried on. */
  readonly carried?: Carried;
}

/** Leads one run: freezes its audience, starts its cohorts in a window, and closes it when all has ended. */
export function runScenario(input: RunInput): Promise<Summary> {
  const lead = new RunLead(input);
  return endingByItself(
    () => lead.lead(),
    () => lead.cancel(),
  );
}
