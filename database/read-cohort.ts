import { PermanentError } from '../domain/errors.ts';
import type { FrozenScenario } from '../domain/scenario.ts';
import type { RunState } from '../domain/states.ts';
import type { Queryable } from './pool.ts';
import type { CohortRef } from './record-walk.ts';

export interface CohortRow extends CohortRef {
  readonly number: number;
  /** Records of the walk so far. */
  readonly step: number;
  readonly finished: boolean;
  readonly runState: RunState;
  readonly runWorkflowId: string;
  /** Whether the run is of test recipients. */
  readonly isTest: boolean;
  readonly projectId: string;
  readonly projectName: string;
  /** Most messages a second of its run; null for as many as there are. */
  readonly runRate: number | null;
  readonly scenarioId: string;
  readonly frozen: FrozenScenario;
}

/** What most steps of a cohort need to know of it. @throws PermanentError `cohort_unknown` */
export async function readCohortRef(
  database: Queryable,
  cohortId: string,
): Promise<CohortRef & { readonly runState: RunState }> {
  const { rows } = await database.query<CohortRef & { readonly runState: RunState }>({
    name: 'read-cohort-ref',
    text: `
      SELECT cohort.id AS "cohortId", cohort.month, cohort.size, run.id AS "runId", run.state AS "runState"
      FROM cohort JOIN run ON run.id = cohort.run_id WHERE cohort.id = $1`,
    values: [cohortId],
  });
  return rows[0] ?? unknownCohort(cohortId);
}

function unknownCohort(cohortId: string): never {
  throw new PermanentError('cohort_unknown', `There is no cohort ${cohortId} in this database.`);
}

/** A cohort with what its run froze. @throws PermanentError `cohort_unknown` */
export async function readCohort(database: Queryable, cohortId: string): Promise<CohortRow> {
  const { rows } = await database.query<CohortRow>({
    name: 'read-cohort',
    text: `
      SELECT cohort.id AS "cohortId", cohort.month, cohort.number, cohort.size, cohort.step,
             cohort.finished_at IS NOT NULL AS finished, run.id AS "runId", run.state AS "runState",
             run.workflow_id AS "runWorkflowId", run.is_test AS "isTest", run.project_id AS "projectId",
             project.name AS "projectName",
             run.scenario_id AS "scenarioId", version.frozen,
             least(run.messages_per_second,
               CASE WHEN run.spread_until IS NOT NULL THEN
                 run.audience_size / greatest(extract(epoch FROM run.spread_until - run.requested_at)::float8, 1) END) AS "runRate"
      FROM cohort
      JOIN run ON run.id = cohort.run_id
      JOIN project ON project.id = run.project_id
      JOIN scenario_version AS version ON version.id = run.version_id
      WHERE cohort.id = $1`,
    values: [cohortId],
  });
  return rows[0] ?? unknownCohort(cohortId);
}
