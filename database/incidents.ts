import type { IncidentDecision, VisitDecision } from '../domain/incident.ts';
import type { Pool, Queryable } from './pool.ts';
import { wakeRun } from './relay.ts';
import { inTransaction } from './transaction.ts';

/** How many visits a choice is about, and about how many another one was made before. */
export interface DecidedVisits {
  readonly visits: number;
  readonly decidedOtherwise: number;
}

/**
 * Notes an operator's choice for every visit that is stuck at a node of a run; their cohorts are woken to carry it out.
 *
 * The first choice holds, since it may be under way already; while the run is paused it can be changed.
 */
export function decideIncidents(
  pool: Pool,
  about: { readonly runId: string; readonly nodeId: string },
  decision: IncidentDecision,
  actor: string,
): Promise<DecidedVisits> {
  return inTransaction(pool, async (connection) => {
    const { rows: open } = await connection.query<{ cohort_id: string; visit_number: number; free: boolean }>(
      `SELECT cohort_id, visit_number,
              decision IS NULL OR decision = $3 OR run.state = 'paused' AS free
       FROM incident JOIN run ON run.id = run_id
       WHERE run_id = $1 AND node_id = $2 AND closed_at IS NULL
       ORDER BY cohort_id, visit_number FOR NO KEY UPDATE OF incident`,
      [about.runId, about.nodeId, JSON.stringify(decision)],
    );
    const free = open.filter((incident) => incident.free);
    if (free.length > 0) {
      await connection.query(
        `UPDATE incident SET decision = $3, decided_at = clock_timestamp(), decided_by = $4
         FROM unnest($1::bigint[], $2::int[]) AS free (cohort_id, visit_number)
         WHERE incident.cohort_id = free.cohort_id AND incident.visit_number = free.visit_number`,
        [
          free.map((incident) => incident.cohort_id),
          free.map((incident) => incident.visit_number),
          JSON.stringify(decision),
          actor,
        ],
      );
      await wakeRun(connection, about.runId);
    }
    return { visits: free.length, decidedOtherwise: open.length - free.length };
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
