import type { Pool, Queryable } from '../../database/pool.ts';
import type { FrozenScenario } from '../../domain/scenario.ts';
import { explainRun } from '../../domain/explanations.ts';
import { ENDED_RUN_STATES, type RunState } from '../../domain/states.ts';
import type { PageQuery } from '../paging.ts';
import { ApiProblem } from '../problem.ts';
import { isUuid } from '../customers/read-customer.ts';

/** A run's row as a list shows it. */
export interface ListedRun {
  readonly id: string;
  readonly month: number;
  readonly scenarioId: string;
  readonly scenarioName: string;
  /** Whether it is a test send. */
  readonly test: boolean;
  readonly versionId: string;
  readonly state: RunState;
  readonly stateReason: string | null;
  readonly workflowId: string;
  readonly audience: number | null;
  readonly cohorts: number | null;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly messagesPerSecond: number | null;
  readonly spreadUntil: Date | null;
}

/** A run with what its version froze. */
export interface RunRow extends ListedRun {
  readonly projectId: string;
  readonly frozen: FrozenScenario;
}

export interface RunFilter extends PageQuery {
  readonly scenarioId?: string | undefined;
  readonly state?: RunState | undefined;
  readonly test?: boolean | undefined;
  readonly requestedFrom?: Date | undefined;
  readonly requestedBefore?: Date | undefined;
}

const COLUMNS = `
  run.id, run.month, run.scenario_id AS "scenarioId", version.frozen ->> 'name' AS "scenarioName", run.is_test AS test,
  run.version_id AS "versionId", run.state, run.state_reason AS "stateReason", run.workflow_id AS "workflowId",
  run.audience_size AS audience, run.cohort_count AS cohorts, run.requested_at AS "requestedAt",
  run.started_at AS "startedAt", run.finished_at AS "finishedAt",
  run.messages_per_second AS "messagesPerSecond", run.spread_until AS "spreadUntil"`;
const TABLES = 'run JOIN scenario_version AS version ON version.id = run.version_id';

/** @throws ApiProblem `not_found` */
export async function readRunRow(database: Queryable, projectId: string, runId: string): Promise<RunRow> {
  if (!isUuid(runId)) throw unknownRun();
  const { rows } = await database.query<RunRow>(
    `SELECT ${COLUMNS}, run.project_id AS "projectId", version.frozen FROM ${TABLES} WHERE run.project_id = $1 AND run.id = $2`,
    [projectId, runId],
  );
  if (!rows[0]) throw unknownRun();
  return rows[0];
}

function unknownRun(): ApiProblem {
  return new ApiProblem('not_found', 'There is no run with this id.');
}

/** A page of a project's runs, the newest first, and one more if there is one. */
export async function listRunRows(
  pool: Pool,
  projectId: string,
  { scenarioId, state, test, requestedFrom, requestedBefore, limit, cursor }: RunFilter,
): Promise<readonly ListedRun[]> {
  const { rows } = await pool.query<ListedRun>(
    `SELECT ${COLUMNS} FROM ${TABLES} WHERE run.project_id = $1 AND ($2::uuid IS NULL OR run.scenario_id = $2)
       AND ($3::text IS NULL OR run.state = $3)
       AND ($4::timestamptz IS NULL OR run.requested_at >= $4)
       AND ($5::timestamptz IS NULL OR run.requested_at < $5)
       AND ($6::timestamptz IS NULL OR (run.requested_at, run.id) < ($6, $7::uuid))
       AND ($9::boolean IS NULL OR run.is_test = $9)
     ORDER BY run.requested_at DESC, run.id DESC LIMIT $8`,
    [
      projectId,
      ...[scenarioId ?? null, state ?? null, requestedFrom ?? null, requestedBefore ?? null],
      ...[cursor?.at ?? null, cursor?.id ?? null, limit + 1],
      test ?? null,
    ],
  );
  return rows;
}

/** What is shown of a run in a list. */
export function runSummary(run: ListedRun): object {
  const { id, scenarioId, scenarioName, test, versionId, state, workflowId, audience, cohorts } = run;
  const { requestedAt, startedAt, finishedAt, messagesPerSecond, spreadUntil } = run;
  const stateReason = state === 'finished' && audience === 0 ? 'empty_audience' : run.stateReason;
  return {
    ...{ id, scenarioId, scenarioName, test, versionId, state, stateReason, workflowId, audience, cohorts },
    stateExplanation: explainRun(stateReason),
    ...{ requestedAt, startedAt, finishedAt, messagesPerSecond, spreadUntil },
  };
}

export function hasEnded(run: Pick<ListedRun, 'state'>): boolean {
  return ENDED_RUN_STATES.includes(run.state);
}
