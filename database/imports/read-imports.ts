import type { Queryable } from '../pool.ts';

/** States of a job that can be seen. */
export const IMPORT_STATES = ['queued', 'running', 'finished', 'failed'] as const;

/** A job as it stands. */
export interface ImportJob {
  readonly id: string;
  readonly state: (typeof IMPORT_STATES)[number];
  readonly format: 'csv' | 'ndjson';
  readonly bytesTotal: number;
  readonly bytesDone: number;
  readonly lines: number;
  readonly created: number;
  readonly updated: number;
  readonly rejected: number;
  readonly warnings: number;
  readonly requestedAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  readonly problem: object | null;
}

const SELECT = `
  SELECT id, state, format, bytes_total::float8 AS "bytesTotal", bytes_done::float8 AS "bytesDone", lines, created,
         updated, rejected, warnings, created_at AS "requestedAt", started_at AS "startedAt",
         finished_at AS "finishedAt", problem
  FROM import_job`;

export async function readImport(
  database: Queryable,
  projectId: string,
  id: string,
): Promise<ImportJob | undefined> {
  const { rows } = await database.query<ImportJob>(
    `${SELECT} WHERE project_id = $1 AND id = $2 AND state <> 'receiving'`,
    [projectId, id],
  );
  return rows[0];
}

export interface ImportFilter {
  readonly state?: string | undefined;
  readonly limit: number;
  /** The last job of the page before. */
  readonly cursor?: { readonly at: Date; readonly id: string } | undefined;
}

/** A page of a project's jobs, the newest first, and one more if there is one. */
export async function listImports(
  database: Queryable,
  projectId: string,
  { state, cursor, limit }: ImportFilter,
): Promise<readonly ImportJob[]> {
  const { rows } = await database.query<ImportJob>(
    `${SELECT}
     WHERE project_id = $1 AND state <> 'receiving' AND ($2::text IS NULL OR state = $2)
       AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
     ORDER BY created_at DESC, id DESC LIMIT $5`,
    [projectId, state ?? null, cursor?.at ?? null, cursor?.id ?? null, limit + 1],
  );
  return rows;
}

/** A rejected line or a warning. */
export interface ImportProblem {
  readonly number: number;
  readonly line: number;
  readonly kind: 'rejected' | 'warning';
  readonly code: string;
  readonly externalId: string | null;
  readonly message: string;
}

/** Problems of a job whose number is higher than `after`, in the order of its lines. */
export async function readImportProblems(
  database: Queryable,
  jobId: string,
  after: number,
  limit: number,
): Promise<readonly ImportProblem[]> {
  const { rows } = await database.query<ImportProblem>(
    `SELECT number, line, kind, code, external_id AS "externalId", message FROM import_problem
     WHERE job_id = $1 AND number > $2 ORDER BY number LIMIT $3`,
    [jobId, after, limit],
  );
  return rows;
}
