import type { CustomerRecord } from '../../domain/customer-record.ts';
import { storableText } from '../../domain/storable.ts';
import { writeCustomers } from '../customers/import-customers.ts';
import { repeatedly } from '../customers/lock-numbers.ts';
import type { Connection, Pool } from '../pool.ts';
import { inTransaction } from '../transaction.ts';
import { holdLease, type ClaimedImport } from './import-lease.ts';

/** Most rejected lines and warnings of a job that are kept; all of them are counted. */
export const MAX_KEPT_PROBLEMS = 100_000;

/** Lines of a job that follow each other. */
export interface BatchToWrite {
  readonly lines: number;
  /** By `externalId`. */
  readonly records: ReadonlyMap<string, { readonly line: number; readonly record: CustomerRecord }>;
  readonly rejected: readonly {
    readonly line: number;
    readonly reason: string;
    readonly message: string;
    readonly externalId: string | null;
  }[];
  /** Where the next batch begins. */
  readonly end: { readonly offset: number; readonly line: number };
}

interface KeptProblem {
  readonly line: number;
  readonly kind: 'rejected' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly externalId: string | null;
}

/**
 * Writes customers and how far the job has come, both or neither: a batch counts once, whoever is stopped when.
 * @throws LeaseLost
 */
export function writeBatch(
  pool: Pool,
  job: ClaimedImport,
  phoneKey: string,
  batch: BatchToWrite,
): Promise<void> {
  const { projectId, receivedAt } = job;
  const records = Array.from(batch.records.values(), ({ record }) => record);
  return repeatedly(() =>
    inTransaction(pool, async (connection) => {
      const { problems: kept } = await holdLease(connection, job);
      const written = await writeCustomers(connection, { projectId, phoneKey, records, now: receivedAt });
      const problems = [
        ...batch.rejected.map(
          ({ reason, ...rest }) => ({ ...rest, kind: 'rejected', code: reason }) as const,
        ),
        ...written.warnings.map((warning) => {
          const line = batch.records.get(warning.externalId)?.line ?? 0;
          return { ...warning, line, kind: 'warning' } as const;
        }),
      ];
      await keepProblems(connection, job.id, kept, problems);
      await advance(connection, job, batch, written);
    }),
  );
}

async function advance(
  connection: Connection,
  { id, leaseMs }: ClaimedImport,
  { lines, rejected, end }: BatchToWrite,
  written: { readonly created: number; readonly updated: number; readonly warnings: readonly unknown[] },
): Promise<void> {
  await connection.query(
    `UPDATE import_job SET bytes_done = $2, line = $3, lines = lines + $4, created = created + $5,
       updated = updated + $6, rejected = rejected + $7, warnings = warnings + $8, attempts = 0,
       lease_until = clock_timestamp() + make_interval(secs => $9)
     WHERE id = $1`,
    [
      id,
      ...[end.offset, end.line, lines, written.created, written.updated],
      ...[rejected.length, written.warnings.length, leaseMs / 1_000],
    ],
  );
  // What has been read goes at once, but for the piece in which the next batch begins.
  await connection.query(
    `DELETE FROM import_chunk WHERE job_id = $1
       AND first_byte < (SELECT max(first_byte) FROM import_chunk WHERE job_id = $1 AND first_byte <= $2)`,
    [id, end.offset],
  );
}

async function keepProblems(
  connection: Connection,
  jobId: string,
  before: number,
  problems: readonly KeptProblem[],
): Promise<void> {
  const kept = problems.toSorted((a, b) => a.line - b.line).slice(0, Math.max(0, MAX_KEPT_PROBLEMS - before));
  if (kept.length === 0) return;
  await connection.query(
    `INSERT INTO import_problem (job_id, number, line, kind, code, external_id, message)
     SELECT $1, $2 + number, line, kind, code, external_id, message
     FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::text[])
       WITH ORDINALITY AS t (line, kind, code, external_id, message, number)`,
    [
      jobId,
      before,
      kept.map(({ line }) => line),
      kept.map(({ kind }) => kind),
      kept.map(({ code }) => code),
      kept.map(({ externalId }) => (externalId === null ? null : storableText(externalId))),
      kept.map(({ message }) => storableText(message)),
    ],
  );
}
