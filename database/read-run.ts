import type { CohortToStart } from '../domain/activities.ts';
import { PermanentError } from '../domain/errors.ts';
import type { FrozenScenario } from '../domain/scenario.ts';
import type { RunState } from '../domain/states.ts';
import type { Queryable } from './pool.ts';

export interface RunRow {
  readonly id: string;
  readonly month: number;
  readonly projectId: string;
  readonly state: RunState;
  readonly workflowId: string;
  readonly frozen: FrozenScenario;
}

/** A run with what it froze. @throws PermanentError `run_unknown` */
export async function readRun(database: Queryable, runId: string): Promise<RunRow> {
  const { rows } = await database.query<RunRow>(
    `SELECT run.id, run.month, run.project_id AS "projectId", run.state, run.workflow_id AS "workflowId",
            version.frozen
     FROM run JOIN scenario_version AS version ON version.id = run.version_id WHERE run.id = $1`,
    [runId],
  );
  const [row] = rows;
  if (!row) throw new PermanentError('run_unknown', `There is no run ${runId} in this database.`);
  return row;
}

/** Open cohorts of a run from a number on, in order. */
export async function readOpenCohorts(
  database: Queryable,
  runId: string,
  from: number,
  count: number,
): Promise<readonly CohortToStart[]> {
  const { rows } = await database.query<CohortToStart>(
    `SELECT id, number, size, workflow_id AS "workflowId" FROM cohort WHERE run_id = $1 AND number >= $2 AND finished_at IS NULL
     ORDER BY number LIMIT $3`,
    [runId, from, count],
  );
  return rows;
}
