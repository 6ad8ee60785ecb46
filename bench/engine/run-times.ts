import type { Queryable } from '../../database/pool.ts';

/** Instants are milliseconds since the epoch, by the database's clock. */
export interface RunTimes {
  readonly delivered: number;
  readonly cohorts: number;
  readonly firstClaimAt: number;
  /** When the last receipt was folded that came in since the run was requested. */
  readonly foldedAt: number;
}

/** @throws Error when the run has no message */
export async function readTimes(database: Queryable, runId: string): Promise<RunTimes> {
  const { rows } = await database.query<RunTimes>(
    `SELECT run.cohort_count AS cohorts,
            (count(*) FILTER (WHERE message.state = 'delivered'))::int AS delivered,
            (extract(epoch FROM min(message.claimed_at)) * 1000)::float8 AS "firstClaimAt",
            (extract(epoch FROM (SELECT max(folded_at) FROM receipt WHERE received_at >= run.requested_at)) * 1000)::float8
              AS "foldedAt"
     FROM run JOIN message ON message.month = run.month AND message.run_id = run.id
     WHERE run.id = $1 GROUP BY run.id`,
    [runId],
  );
  if (!rows[0]) throw new Error('The run has sent nothing.');
  return rows[0];
}
