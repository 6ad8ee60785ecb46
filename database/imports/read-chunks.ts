import type { Pool } from '../pool.ts';
import { LeaseLost, type ImportLease } from './import-lease.ts';

/** A part of the stored file is not there, and never will be. */
export class ChunkMissing extends Error {
  readonly offset: number;

  constructor(offset: number) {
    super(`The stored file has nothing at byte ${offset}.`);
    this.name = 'ChunkMissing';
    this.offset = offset;
  }
}

/**
 * The bytes of a job's file from `offset` on. Reading extends the lease, also where no line ends for long.
 * @throws LeaseLost, ChunkMissing
 */
export async function* readChunks(
  pool: Pool,
  lease: ImportLease & { readonly bytesTotal: number },
  offset: number,
): AsyncGenerator<Buffer> {
  for (let at = offset; at < lease.bytesTotal;) {
    const { rows } = await pool.query<{ skip: number | null; data: Buffer | null }>(
      `WITH job AS (
         UPDATE import_job SET lease_until = clock_timestamp() + make_interval(secs => $3)
         WHERE id = $1 AND lease_token = $2 AND state = 'running' RETURNING id)
       SELECT ($4 - first_byte)::int AS skip, data
       FROM job LEFT JOIN LATERAL (
         SELECT first_byte, data FROM import_chunk WHERE job_id = $1 AND first_byte <= $4
         ORDER BY first_byte DESC LIMIT 1) AS chunk ON true`,
      [lease.id, lease.token, lease.leaseMs / 1_000, at],
    );
    if (!rows[0]) throw new LeaseLost();
    const rest = rows[0].data?.subarray(rows[0].skip ?? 0);
    if (!rest?.length) throw new ChunkMissing(at);
    yield rest;
    at += rest.length;
  }
}
