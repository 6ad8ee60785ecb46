import type { Queryable } from '../../database/pool.ts';
import type { PageQuery } from '../paging.ts';
import { SCENARIO_COLUMNS, type StoredScenario } from './store-scenario.ts';

export interface ScenarioFilter extends PageQuery {
  readonly archived: boolean;
  /** A part of the name, in any case. */
  readonly name?: string | undefined;
}

/** A page of a project's scenarios, the newest first, and one more if there is one. */
export async function listScenarios(
  database: Queryable,
  projectId: string,
  { archived, name, limit, cursor }: ScenarioFilter,
): Promise<readonly StoredScenario[]> {
  const { rows } = await database.query<StoredScenario>(
    `SELECT ${SCENARIO_COLUMNS} FROM scenario
     WHERE project_id = $1 AND (archived_at IS NOT NULL) = $2
       AND ($3::text IS NULL OR position(lower($3) in lower(name)) > 0)
       AND ($4::timestamptz IS NULL OR (created_at, id) < ($4, $5::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $6`,
    [projectId, archived, name ?? null, cursor?.at ?? null, cursor?.id ?? null, limit + 1],
  );
  return rows;
}
