import type { Connection, Queryable } from './pool.ts';

export interface RunToRelay {
  readonly id: string;
  readonly workflowId: string;
  readonly projectKey: string;
  readonly scenarioId: string;
  readonly scenarioName: string;
}

const SELECT = `
  SELECT run.id, run.workflow_id AS "workflowId", project.key AS "projectKey", run.scenario_id AS "scenarioId",
         scenario.name AS "scenarioName"
  FROM run JOIN project ON project.id = run.project_id JOIN scenario ON scenario.id = run.scenario_id`;

/** Keeps every other relay from its round until the transaction ends. @returns false when another one is at it */
export async function isOnlyRelay(connection: Connection): Promise<boolean> {
  const { rows } = await connection.query<{ taken: boolean }>(
    `SELECT pg_try_advisory_xact_lock(hashtextextended('relay', 0)) AS taken`,
  );
  return rows[0]?.taken ?? false;
}

/** Runs whose workflow has not been started, as far as anybody knows. */
export async function readRunsToRelay(database: Queryable, limit: number): Promise<readonly RunToRelay[]> {
  const { rows } = await database.query<RunToRelay>(
    `${SELECT} WHERE run.relayed_at IS NULL AND run.state = 'requested' ORDER BY run.requested_at LIMIT $1`,
    [limit],
  );
  return rows;
}

export async function markRelayed(database: Queryable, runId: string): Promise<void> {
  await database.query('UPDATE run SET relayed_at = coalesce(relayed_at, clock_timestamp()) WHERE id = $1', [
    runId,
  ]);
}

export interface OpenCohort {
  readonly id: string;
  readonly workflowId: string;
  readonly number: number;
  /** Whether its workflow has ever recorded a step. */
  readonly walked: boolean;
}

export interface RunToWake extends RunToRelay {
  readonly wakeAt: Date;
  /** Whether its workflow was ever started. */
  readonly relayed: boolean;
  readonly openCohorts: readonly OpenCohort[];
}

/** Runs whose state was changed and whose workflows have not been told. */
export async function readRunsToWake(database: Queryable, limit: number): Promise<readonly RunToWake[]> {
  const { rows } = await database.query<Omit<RunToWake, 'openCohorts'> & { cohorts: OpenCohort[] | null }>(
    `WITH relay AS (${SELECT})
     SELECT relay.*, run.wake_at AS "wakeAt", run.relayed_at IS NOT NULL AS relayed,
            (SELECT json_agg(json_build_object('id', cohort.id::text, 'workflowId', workflow_id, 'number', number,
              'walked', step > 0))
             FROM cohort WHERE run_id = run.id AND cohort.finished_at IS NULL) AS cohorts
     FROM run JOIN relay ON relay.id = run.id
     WHERE run.wake_at IS NOT NULL ORDER BY run.wake_at LIMIT $1`,
    [limit],
  );
  return rows.map(({ cohorts, ...run }) => ({ ...run, openCohorts: cohorts ?? [] }));
}

/** Notes that a run's workflows have been told; a change that came meanwhile stays noted. */
export async function markWoken(database: Queryable, run: RunToWake): Promise<void> {
  await database.query('UPDATE run SET wake_at = NULL WHERE id = $1 AND wake_at = $2', [run.id, run.wakeAt]);
}

/** Has the run's workflows looked after, as if an operator had changed it. */
export async function wakeRun(database: Queryable, runId: string): Promise<void> {
  await database.query('UPDATE run SET wake_at = clock_timestamp() WHERE id = $1', [runId]);
}

export interface LedRun {
  readonly id: string;
  readonly workflowId: string;
  readonly cancelled: boolean;
}

/** Runs that should have a workflow that is running; those that are about to be woken are looked after by that. */
export async function readLedRuns(database: Queryable): Promise<readonly LedRun[]> {
  const { rows } = await database.query<LedRun>(
    `SELECT id, workflow_id AS "workflowId", state = 'cancelled' AS cancelled FROM run
     WHERE relayed_at IS NOT NULL AND wake_at IS NULL
       AND (state IN ('running', 'finishing') OR state = 'cancelled' AND finished_at IS NULL)`,
  );
  return rows;
}

/** Of these workflows of cohorts, those whose cohort is open. */
export async function openAmong(
  database: Queryable,
  runId: string,
  workflowIds: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await database.query<{ workflow_id: string }>(
    'SELECT workflow_id FROM cohort WHERE run_id = $1 AND workflow_id = ANY ($2::text[]) AND finished_at IS NULL',
    [runId, workflowIds],
  );
  return rows.map((row) => row.workflow_id);
}
