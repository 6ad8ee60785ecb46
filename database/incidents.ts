import type { IncidentDecision, VisitDecision } from '../domain/incident.ts';
import type { Pool, Queryable } from './pool.ts';
import { inTransaction } from './transaction.ts';

/**
 * Notes an operator's choice for every visit that is stuck at a node of a run; their cohorts are woken to carry it out.
 * @returns how many visits it is about
 */
export function decideIncidents(
  pool: Pool,
  about: { readonly runId: string; readonly nodeId: string },
  decision: IncidentDecision,
  actor: string,
): Promise<number> {
  return inTransaction(pool, async (connection) => {
    const { rowCount } = await connection.query(
      `UPDATE incident SET decision = $3, decided_at = clock_timestamp(), decided_by = $4
       WHERE run_id = $1 AND node_id = $2 AND closed_at IS NULL`,
      [about.runId, about.nodeId, JSON.stringify(decision), actor],
    );
    if (rowCount)
      await connection.query('UPDATE run SET wake_at = clock_timestamp() WHERE id = $1', [about.runId]);
    return rowCount ?? 0;
  });
}

/** Choices that the cohort has not carried out. */
export async function readDecisions(
  database: Queryable,
  cohortId: string,
): Promise<readonly VisitDecision[]> {
  const { rows } = await database.query<{
    visit_number: number;
    opened_at: Date;
    decision: IncidentDecision;
  }>(
    `SELECT visit_number, opened_at, decision FROM incident
     WHERE cohort_id = $1 AND closed_at IS NULL AND decision IS NOT NULL`,
    [cohortId],
  );
  return rows.map((row) => ({
    number: row.visit_number,
    stuckAt: row.opened_at.getTime(),
    decision: row.decision,
  }));
}
