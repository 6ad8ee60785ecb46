import type { ProjectMode } from '../domain/gate.ts';
import type { MessageCap } from '../domain/message-cap.ts';
import { ENDED_RUN_STATES } from '../domain/states.ts';
import type { Queryable } from './pool.ts';

/** What the gate reads of a project. */
export interface GateSettings {
  readonly mode: ProjectMode;
  readonly messageCap: MessageCap | null;
  /** How far the project's business clock is ahead of the database's. */
  readonly clockOffsetMs: number;
}

export async function readGateSettings(database: Queryable, projectId: string): Promise<GateSettings> {
  const { rows } = await database.query<GateSettings>(
    `SELECT mode, CASE WHEN message_cap IS NOT NULL
                  THEN jsonb_build_object('messages', message_cap, 'window', cap_window) END AS "messageCap",
            clock_offset_ms::float8 AS "clockOffsetMs"
     FROM project WHERE id = $1`,
    [projectId],
  );
  if (!rows[0]) throw new Error('A request has a project.');
  return rows[0];
}

/** Of these runs those that are the project's. */
export async function readKnownRuns(
  database: Queryable,
  projectId: string,
  runIds: readonly string[],
): Promise<readonly string[]> {
  return ids(database, 'SELECT id FROM run WHERE project_id = $1 AND id = ANY ($2::uuid[])', [
    projectId,
    runIds,
  ]);
}

/** The runs of a scenario that were cancelled within seven days, or still wind down, the newest first; tests are none. */
export async function readCancelledLately(
  database: Queryable,
  scenarioId: string,
): Promise<readonly string[]> {
  return ids(
    database,
    `SELECT id FROM run
     WHERE scenario_id = $1 AND NOT is_test AND state = 'cancelled' AND coalesce(finished_at, now()) > now() - interval '7 days'
     ORDER BY requested_at DESC`,
    [scenarioId],
  );
}

/** The runs of a scenario that have not ended, the newest first; tests are none. */
export async function readOpenRuns(database: Queryable, scenarioId: string): Promise<readonly string[]> {
  return ids(
    database,
    'SELECT id FROM run WHERE scenario_id = $1 AND NOT is_test AND state <> ALL ($2::text[]) ORDER BY requested_at DESC',
    [scenarioId, ENDED_RUN_STATES],
  );
}

async function ids(database: Queryable, sql: string, values: readonly unknown[]): Promise<readonly string[]> {
  const { rows } = await database.query<{ id: string }>(sql, [...values]);
  return rows.map((row) => row.id);
}
