import type { Connection, Queryable } from './pool.ts';

export interface RunToRelay {
  readonly id: string;
  readonly workflowId: string;
  readonly projectKey: string;
  readonly scenarioId: string;
  readonly scenarioName: string;
}

/** Locks runs whose workflow has not been started; another relay passes them over. */
export async function takeRunsToRelay(connection: Connection, limit: number): Promise<readonly RunToRelay[]> {
  const { rows } = await connection.query<RunToRelay>(
    `SELECT run.id, run.workflow_id AS "workflowId", project.key AS "projectKey", run.scenario_id AS "scenarioId",
            scenario.name AS "scenarioName"
     FROM run JOIN project ON project.id = run.project_id JOIN scenario ON scenario.id = run.scenario_id
     WHERE run.relayed_at IS NULL AND run.state = 'requested'
     ORDER BY run.requested_at LIMIT $1 FOR NO KEY UPDATE OF run SKIP LOCKED`,
    [limit],
  );
  return rows;
}

export async function markRelayed(connection: Connection, runId: string): Promise<void> {
  await connection.query('UPDATE run SET relayed_at = clock_timestamp() WHERE id = $1', [runId]);
}

export interface RunToWake {
  readonly id: string;
  readonly wakeAt: Date;
  /** The run's own workflow and those of its open cohorts. */
  readonly workflowIds: readonly string[];
}

/** Runs whose state was changed and whose workflows have not been told. */
export async function readRunsToWake(database: Queryable, limit: number): Promise<readonly RunToWake[]> {
  const { rows } = await database.query<{
    id: string;
    wake_at: Date;
    workflow_id: string;
    cohorts: string[] | null;
  }>(
    `SELECT run.id, run.wake_at, run.workflow_id,
            (SELECT array_agg(workflow_id) FROM cohort WHERE run_id = run.id AND finished_at IS NULL) AS cohorts
     FROM run WHERE run.wake_at IS NOT NULL ORDER BY run.wake_at LIMIT $1`,
    [limit],
  );
  return rows.map((row) => ({
    id: row.id,
    wakeAt: row.wake_at,
    workflowIds: [row.workflow_id, ...(row.cohorts ?? [])],
  }));
}

/** Notes that a run's workflows have been told; a change that came meanwhile stays noted. */
export async function markWoken(database: Queryable, run: RunToWake): Promise<void> {
  await database.query('UPDATE run SET wake_at = NULL WHERE id = $1 AND wake_at = $2', [run.id, run.wakeAt]);
}
