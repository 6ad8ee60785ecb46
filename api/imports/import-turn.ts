import {
  claimImport,
  endImport,
  LeaseLost,
  releaseImport,
  type ClaimedImport,
} from '../../database/imports/import-lease.ts';
import { ChunkMissing, readChunks } from '../../database/imports/read-chunks.ts';
import { writeBatch } from '../../database/imports/write-batch.ts';
import { isConnectionFailure, isLockFailure } from '../../database/postgres-error.ts';
import { importBatches } from '../customers/import-batches.ts';
import { importContext } from '../customers/import-context.ts';
import { IMPORT_FORMATS } from '../customers/import-formats.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';

/** After how many claims without a single batch that was written a job is given up. */
const MAX_ATTEMPTS = 20;

/** What carries out jobs. */
export type ImportDependencies = Omit<ApiDependencies, 'providers' | 'renderPool'>;

export interface TurnOptions {
  /** How long the job is ours without a sign of life. */
  readonly leaseMs: number;
  /** After how long others that wait have their turn. */
  readonly turnMs: number;
  readonly signal: AbortSignal;
}

/**
 * Goes on with the job that has waited longest, until its end or the end of its turn.
 *
 * What can't be mended ends the job; any other error leaves it to the next turn, which begins behind the last batch
 * that was written.
 * @returns whether there was a job
 */
export async function importTurn(deps: ImportDependencies, options: TurnOptions): Promise<boolean> {
  const job = await claimImport(deps.pool, options.leaseMs);
  if (!job) return false;
  try {
    if (job.attempts > MAX_ATTEMPTS) throw givenUp();
    if (await carryOn(deps, job, options)) await endImport(deps.pool, job, null);
    else await releaseImport(deps.pool, job, true);
  } catch (error) {
    await leave(deps, job, error);
  }
  return true;
}

/** @returns whether every line has been read */
async function carryOn(
  { pool, prisma, config }: ImportDependencies,
  job: ClaimedImport,
  { turnMs, signal }: TurnOptions,
): Promise<boolean> {
  const until = performance.now() + turnMs;
  const context = await importContext(prisma, job.projectId, job.receivedAt.getTime());
  const bytes = readChunks(pool, job, job.from.offset);
  for await (const batch of importBatches(IMPORT_FORMATS[job.format].readFrom(bytes, context, job))) {
    if (signal.aborted) return false;
    await writeBatch(pool, job, config.phoneKey, batch);
    if (performance.now() > until) return false;
  }
  return true;
}

async function leave({ pool, log }: ImportDependencies, job: ClaimedImport, error: unknown): Promise<void> {
  if (error instanceof LeaseLost) {
    log.warn({ err: error, job: job.id }, 'an import job was taken over');
    return;
  }
  const problem = error instanceof ChunkMissing ? damaged(error) : error;
  if (problem instanceof ApiProblem) {
    log.warn({ code: problem.code, job: job.id }, 'an import job has failed');
    await endImport(pool, job, problem.toJson());
    return;
  }
  // Where the database is away, the lease runs out by itself.
  const blameless = isConnectionFailure(error) || isLockFailure(error);
  await releaseImport(pool, job, blameless).catch(() => undefined);
  throw error;
}

function givenUp(): ApiProblem {
  return new ApiProblem(
    'internal',
    `The job came no further in ${MAX_ATTEMPTS} attempts. The reason is in the log of the API; what was written stays.`,
  );
}

function damaged({ offset }: ChunkMissing): ApiProblem {
  return new ApiProblem(
    'import_damaged',
    `The stored file has a gap at byte ${offset}. What came before it was written; send the file again.`,
  );
}
