import type { Pool } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import { assertMatch, type IfMatch } from '../entity-tag.ts';
import {
  lockScenario,
  readScenario,
  SCENARIO_COLUMNS,
  scenarioTag,
  type StoredScenario,
} from './store-scenario.ts';

export interface ArchiveInput {
  readonly projectId: string;
  readonly id: string;
  /** False takes it back. */
  readonly archived: boolean;
  readonly ifMatch: IfMatch;
}

/**
 * Puts a scenario out of the way, or takes it back. Its runs go on; what is so already stays as it is.
 * @throws ApiProblem `not_found`, `precondition_failed`
 */
export function archiveScenario(
  pool: Pool,
  { projectId, id, archived, ifMatch }: ArchiveInput,
): Promise<StoredScenario> {
  return inTransaction(pool, async (connection) => {
    const scenario = await lockScenario(connection, projectId, id);
    assertMatch(ifMatch, scenarioTag(scenario));
    const { rows } = await connection.query<StoredScenario>(
      `UPDATE scenario SET archived_at = CASE WHEN $2 THEN clock_timestamp() END, revision = revision + 1,
         updated_at = clock_timestamp()
       WHERE id = $1 AND (archived_at IS NOT NULL) <> $2 RETURNING ${SCENARIO_COLUMNS}`,
      [id, archived],
    );
    return rows[0] ?? readScenario(connection, projectId, id);
  });
}
