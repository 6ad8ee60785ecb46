import type { Pool, Queryable } from './pool.ts';
import type { CohortRef } from './record-walk.ts';
import { inTransaction } from './transaction.ts';

/** Members by node and outcome, and messages by node and state: what a run or cohort has come to. */
export interface Tally {
  readonly nodes: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly messages: Readonly<Record<number, Readonly<Record<string, number>>>>;
}

/** Closes a cohort whose walk is over. @returns what it came to, and whether no cohort of its run is open any more */
export async function finishCohort(
  pool: Pool,
  cohort: CohortRef,
): Promise<{ readonly tally: Tally; readonly isLast: boolean }> {
  const { cohortId, runId, month } = cohort;
  const isLast = await inTransaction(pool, async (connection) => {
    // Of two that end at the same moment the second one must see the first.
    await connection.query('SELECT FROM run WHERE id = $1 FOR NO KEY UPDATE', [runId]);
    await connection.query(
      'UPDATE cohort SET finished_at = coalesce(finished_at, clock_timestamp()) WHERE id = $1',
      [cohortId],
    );
    await connection.query('DELETE FROM visit WHERE cohort_id = $1', [cohortId]);
    await connection.query('DELETE FROM hint WHERE cohort_id = $1', [cohortId]);
    const { rows } = await connection.query<{ open: boolean }>(
      'SELECT EXISTS (SELECT FROM cohort WHERE run_id = $1 AND finished_at IS NULL) AS open',
      [runId],
    );
    return rows[0]?.open === false;
  });
  return { tally: await readTally(pool, 'cohort_id', cohortId, month), isLast };
}

/** What all cohorts of a run have come to so far. */
export function readRunTally(database: Queryable, runId: string, month: number): Promise<Tally> {
  return readTally(database, 'run_id', runId, month);
}

async function readTally(
  database: Queryable,
  column: 'cohort_id' | 'run_id',
  id: string,
  month: number,
): Promise<Tally> {
  const traces = await database.query<{ node_id: string; outcome: string; members: string }>(
    `SELECT node_id, outcome, sum(bit_count(members)) AS members FROM trace
     WHERE month = $1 AND ${column} = $2 GROUP BY 1, 2 ORDER BY 1, 2`,
    [month, id],
  );
  const messages = await database.query<{ action_id: number; state: string; count: string }>(
    `SELECT action_id, CASE WHEN no_receipt THEN 'no_receipt' ELSE state END AS state, count(*) FROM message
     WHERE month = $1 AND ${column} = $2 GROUP BY 1, 2 ORDER BY 1, 2`,
    [month, id],
  );
  const nodes: Record<string, Record<string, number>> = {};
  for (const row of traces.rows) (nodes[row.node_id] ??= {})[row.outcome] = Number(row.members);
  const states: Record<number, Record<string, number>> = {};
  for (const row of messages.rows) (states[row.action_id] ??= {})[row.state] = Number(row.count);
  return { nodes, messages: states };
}
