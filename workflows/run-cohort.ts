import type { Summary } from '../domain/activities.ts';
import type { CohortState } from '../domain/states.ts';
import { rulesOf } from '../walk/rules.ts';
import type { WalkState } from '../walk/walk-state.ts';
import { activitiesWith } from './activity-proxy.ts';
import { endingByItself } from './cancellation.ts';
import { ShortWork } from './short-work.ts';
import { CohortLead, CohortNewsBox } from './cohort-lead.ts';

export interface CohortInput {
  readonly cohortId: string;
  /** By which version of the walk's own decisions this run of the workflow goes. */
  readonly walkVersion: number;
  /** What an earlier run of the same workflow carried on. */
  readonly carried?: { readonly state: WalkState; readonly parked: boolean; readonly shown: CohortState };
}

/** Walks one cohort of a run through its graph, to the recorded end of every message. */
export async function runCohort(input: CohortInput): Promise<Summary> {
  // An error that is no failure of Temporal's keeps the workflow as it is, until a worker knows the version.
  const rules = rulesOf(input.walkVersion);
  const news = new CohortNewsBox();
  const cohort = await new ShortWork(activitiesWith()).run('loadCohort', [
    input.cohortId,
    input.carried === undefined,
  ]);
  if (cohort.finished) return [];
  const lead = new CohortLead(input, rules, cohort, news);
  return endingByItself(
    () => lead.lead(),
    () => news.cancel(),
  );
}
