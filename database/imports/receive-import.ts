import { longQuery, type Pool, type Queryable } from '../pool.ts';
import { inTransaction } from '../transaction.ts';

/** Most jobs of a project that are coming in, waiting or running. */
export const MAX_OPEN_IMPORTS = 100;

/** A job whose body is still coming in. Until it is queued nobody sees it and nobody carries it out. */
export interface ReceivedImport {
  readonly id: string;
  readonly receivedAt: Date;
}

/**
 * Makes a job that can be written to as long as something is stored at least every `leaseMs`.
 * @returns undefined when the project has too many open jobs
 */
export function openImport(
  pool: Pool,
  projectId: string,
  format: string,
  leaseMs: number,
): Promise<ReceivedImport | undefined> {
  return inTransaction(pool, async (connection) => {
    // Who counts next sees this job.
    await connection.query(`SELECT pg_advisory_xact_lock(hashtextextended('imports ' || $1, 0))`, [
      projectId,
    ]);
    const { rows } = await connection.query<ReceivedImport>(
      `INSERT INTO import_job (project_id, format, lease_until)
       SELECT $1, $2, clock_timestamp() + make_interval(secs => $3)
       WHERE $4 > (SELECT count(*) FROM import_job
                   WHERE project_id = $1 AND state IN ('receiving', 'queued', 'running'))
       RETURNING id, created_at AS "receivedAt"`,
      [projectId, format, leaseMs / 1_000, MAX_OPEN_IMPORTS],
    );
    return rows[0];
  });
}

/**
 * Stores the next bytes.
 * @returns false when the job has been given up meanwhile
 */
export async function appendChunk(
  database: Queryable,
  jobId: string,
  data: Buffer,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await database.query(
    `WITH job AS (
       UPDATE import_job SET bytes_total = bytes_total + length($2::bytea),
         lease_until = clock_timestamp() + make_interval(secs => $3)
       WHERE id = $1 AND state = 'receiving'
       RETURNING id, bytes_total - length($2::bytea) AS first_byte)
     INSERT INTO import_chunk (job_id, first_byte, data) SELECT id, first_byte, $2 FROM job`,
    [jobId, data, leaseMs / 1_000],
  );
  return rowCount === 1;
}

/** What is known of a file whose every byte is stored. */
export interface StoredFile {
  readonly header: readonly string[] | null;
  /** Where its first customer may stand. */
  readonly from: { readonly offset: number; readonly line: number };
}

/**
 * Puts a job behind those that its project has queued; safe to repeat.
 * @returns false when the job has been given up meanwhile
 */
export async function queueImport(database: Queryable, jobId: string, file: StoredFile): Promise<boolean> {
  const { rowCount } = await database.query(
    `UPDATE import_job SET state = 'queued', header = $2, bytes_done = $3, line = $4, lease_until = NULL,
       queued_at = clock_timestamp(), turn_at = clock_timestamp()
     WHERE id = $1 AND state = 'receiving'`,
    [jobId, file.header && JSON.stringify(file.header), file.from.offset, file.from.line],
  );
  if (rowCount === 1) return true;
  const queued = await database.query(`SELECT FROM import_job WHERE id = $1 AND state <> 'receiving'`, [
    jobId,
  ]);
  return queued.rowCount === 1;
}

/** Removes a job whose body has not come in whole, with what is stored of it. */
export async function dropImport(database: Queryable, jobId: string): Promise<void> {
  await database.query(longQuery(`DELETE FROM import_job WHERE id = $1 AND state = 'receiving'`, [jobId]));
}
