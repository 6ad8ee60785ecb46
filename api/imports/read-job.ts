import { readImport, type ImportJob, type ImportProblem } from '../../database/imports/read-imports.ts';
import type { Pool } from '../../database/pool.ts';
import { isUuid } from '../customers/read-customer.ts';
import { ApiProblem } from '../problem.ts';

/** @throws ApiProblem `not_found` */
export async function readJob(pool: Pool, projectId: string, id: string): Promise<ImportJob> {
  const job = isUuid(id) ? await readImport(pool, projectId, id) : undefined;
  if (!job) throw new ApiProblem('not_found', 'There is no import with this id.');
  return job;
}

/** What is shown of a job. */
export function jobView({
  bytesTotal,
  bytesDone,
  rejected: rejectedCount,
  warnings: warningsCount,
  ...job
}: ImportJob): object {
  return { ...job, bytes: { total: bytesTotal, done: bytesDone }, rejectedCount, warningsCount };
}

/** What is shown of a rejected line or a warning. */
export function problemView({ line, kind, code, externalId, message }: ImportProblem): object {
  return { line, kind, code, externalId, message };
}
