import type { Pool } from '../../database/pool.ts';
import type { FrozenScenario } from '../../domain/scenario.ts';
import { ENDED_RUN_STATES, type RunState } from '../../domain/states.ts';
import { ApiProblem } from '../problem.ts';
import { isUuid } from '../customers/read-customer.ts';

/** A run's row as the API reads it. */
export interface RunRow {
  readonly id: string;
  readonly month: number;
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly versionId: string;
  readonly state: RunState;
  readonly stateReason: string | null;
  readonly workflowId: string;
  readonly audience: number | null;
  readonly cohorts: number | null;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly frozen: FrozenScenario;
}

const SELECT = `
  SELECT run.id, run.month, run.scenario_id AS "scenarioId", version.frozen ->> 'name' AS "scenarioName",
         run.version_id AS "versionId", run.state, run.state_reason AS "stateReason", run.workflow_id AS "workflowId",
         run.audience_size AS audience, run.cohort_count AS cohorts, run.requested_at AS "requestedAt",
         run.started_at AS "startedAt", run.finished_at AS "finishedAt", version.frozen
  FROM run JOIN scenario_version AS version ON version.id = run.version_id`;

/** @throws ApiProblem `not_found` */
export async function readRunRow(pool: Pool, projectId: string, runId: string): Promise<RunRow> {
  const { rows } = isUuid(runId)
    ? await pool.query<RunRow>(`${SELECT} WHERE run.project_id = $1 AND run.id = $2`, [projectId, runId])
    : { rows: [] };
  if (!rows[0]) throw new ApiProblem('not_found', 'There is no run with this id.');
  return rows[0];
}

/** The runs of a project, the newest first. */
export async function listRunRows(
  pool: Pool,
  projectId: string,
  filter: { readonly scenarioId?: string | undefined; readonly state?: string | undefined },
  limit: number,
): Promise<readonly RunRow[]> {
  const { rows } = await pool.query<RunRow>(
    `${SELECT} WHERE run.project_id = $1 AND ($2::uuid IS NULL OR run.scenario_id = $2)
       AND ($3::text IS NULL OR run.state = $3)
     ORDER BY run.requested_at DESC, run.id LIMIT $4`,
    [projectId, filter.scenarioId ?? null, filter.state ?? null, limit],
  );
  return rows;
}

/** What is shown of a run in a list; without what its version froze. */
export function runSummary(run: RunRow): object {
  const { id, scenarioId, scenarioName, versionId, state, workflowId, audience, cohorts } = run;
  const { requestedAt, startedAt, finishedAt } = run;
  const stateReason = state === 'finished' && audience === 0 ? 'empty_audience' : run.stateReason;
  return {
    ...{ id, scenarioId, scenarioName, versionId, state, stateReason, workflowId, audience, cohorts },
    ...{ requestedAt, startedAt, finishedAt },
  };
}

export function hasEnded(run: Pick<RunRow, 'state'>): boolean {
  return ENDED_RUN_STATES.includes(run.state);
}
