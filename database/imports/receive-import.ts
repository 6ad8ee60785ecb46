import { longQuery, type Queryable } from '../pool.ts';

/** A job whose body is still coming in. Until it is queued nobody sees it and nobody carries it out. */
export interface ReceivedImport {
  readonly id: string;
  readonly receivedAt: Date;
}

/** Makes a job that can be written to as long as something is stored at least every `leaseMs`. */
export async function openImport(
  database: Queryable,
  projectId: string,
  format: string,
  leaseMs: number,
): Promise<ReceivedImport> {
  const { rows } = await database.query<ReceivedImport>(
    `INSERT INTO import_job (project_id, format, lease_until)
     VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
     RETURNING id, created_at AS "receivedAt"`,
    [projectId, format, leaseMs / 1_000],
  );
  if (!rows[0]) throw new Error('PostgreSQL has inserted a row and returned none.');
  return rows[0];
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
