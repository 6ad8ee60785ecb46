import { longQuery, type Connection, type Pool, type Queryable } from '../pool.ts';
import { repeatedly } from '../customers/lock-numbers.ts';
import { inTransaction } from '../transaction.ts';

/** The right to go on with a job, until somebody else has taken it over. */
export interface ImportLease {
  readonly id: string;
  readonly token: string;
  readonly leaseMs: number;
}

/** A job as whoever goes on with it finds it. */
export interface ClaimedImport extends ImportLease {
  readonly projectId: string;
  readonly format: 'csv' | 'ndjson';
  readonly header: readonly string[] | null;
  readonly receivedAt: Date;
  readonly bytesTotal: number;
  /** Where the next batch begins. */
  readonly from: { readonly offset: number; readonly line: number };
  /** Claims since the last batch that was written, this one among them. */
  readonly attempts: number;
}

/** Somebody else has taken the job over: nothing that its former holder does counts any more. */
export class LeaseLost extends Error {
  constructor() {
    super('The lease of the import job has run out, and another process goes on with it.');
    this.name = 'LeaseLost';
  }
}

interface Row extends Omit<ClaimedImport, 'leaseMs' | 'from' | 'header'> {
  header: string | null;
  offset: number;
  line: number;
}

/**
 * Takes the job that has waited longest for a turn.
 *
 * A project's jobs are carried out one after another in the order in which they were queued: what was sent later wins.
 */
export async function claimImport(pool: Pool, leaseMs: number): Promise<ClaimedImport | undefined> {
  const { rows } = await pool.query<Row>(
    `UPDATE import_job SET state = 'running', started_at = coalesce(started_at, clock_timestamp()),
       attempts = attempts + 1, lease_token = gen_random_uuid(),
       lease_until = clock_timestamp() + make_interval(secs => $1)
     WHERE id = (
       SELECT id FROM import_job AS job
       WHERE state IN ('queued', 'running') AND (lease_until IS NULL OR lease_until < clock_timestamp())
         AND NOT EXISTS (
           SELECT FROM import_job AS older
           WHERE older.project_id = job.project_id AND older.state IN ('queued', 'running')
             AND (older.queued_at, older.id) < (job.queued_at, job.id))
       ORDER BY turn_at LIMIT 1 FOR UPDATE SKIP LOCKED)
     RETURNING id, lease_token AS token, project_id AS "projectId", format, header, created_at AS "receivedAt",
       bytes_total::float8 AS "bytesTotal", bytes_done::float8 AS "offset", line, attempts`,
    [leaseMs / 1_000],
  );
  if (!rows[0]) return undefined;
  const { header, offset, line, ...job } = rows[0];
  return {
    ...job,
    leaseMs,
    // Our own text: queueImport wrote it.
    header: header === null ? null : (JSON.parse(header) as readonly string[]),
    from: { offset, line },
  };
}

/**
 * Locks the job until the end of the transaction: nobody takes it over in between.
 * @returns how many rejections and warnings it has
 * @throws LeaseLost
 */
export async function holdLease(connection: Connection, lease: ImportLease): Promise<{ problems: number }> {
  const { rows } = await connection.query<{ problems: number }>(
    `SELECT rejected + warnings AS problems FROM import_job
     WHERE id = $1 AND lease_token = $2 AND state = 'running' FOR UPDATE`,
    [lease.id, lease.token],
  );
  if (!rows[0]) throw new LeaseLost();
  return rows[0];
}

/**
 * Leaves a job to whoever comes next; others that wait have their turn first.
 * @param blameless whether the claim is not to count as an attempt that has failed
 */
export async function releaseImport(
  database: Queryable,
  lease: ImportLease,
  blameless: boolean,
): Promise<void> {
  await database.query(
    `UPDATE import_job SET lease_token = NULL, lease_until = NULL, turn_at = clock_timestamp(),
       attempts = CASE WHEN $3 THEN greatest(attempts - 1, 0) ELSE attempts END
     WHERE id = $1 AND lease_token = $2`,
    [lease.id, lease.token, blameless],
  );
}

/**
 * Ends a job and removes what is left of its file.
 * @param problem why it failed; null when every line has been read
 * @throws LeaseLost
 */
export function endImport(pool: Pool, lease: ImportLease, problem: object | null): Promise<void> {
  return repeatedly(() =>
    inTransaction(pool, async (connection) => {
      await holdLease(connection, lease);
      await connection.query(
        `UPDATE import_job SET state = CASE WHEN $2::jsonb IS NULL THEN 'finished' ELSE 'failed' END, problem = $2,
           bytes_done = CASE WHEN $2::jsonb IS NULL THEN bytes_total ELSE bytes_done END,
           finished_at = clock_timestamp(), lease_token = NULL, lease_until = NULL
         WHERE id = $1`,
        [lease.id, problem && JSON.stringify(problem)],
      );
      await connection.query(longQuery('DELETE FROM import_chunk WHERE job_id = $1', [lease.id]));
    }),
  );
}
