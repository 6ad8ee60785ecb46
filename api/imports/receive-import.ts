import type { IncomingMessage } from 'node:http';
import {
  appendChunk,
  dropImport,
  openImport,
  queueImport,
  type StoredFile,
} from '../../database/imports/receive-import.ts';
import type { Pool } from '../../database/pool.ts';
import { bodyBytes } from '../customers/body-bytes.ts';
import { importContext } from '../customers/import-context.ts';
import { formatOf } from '../customers/import-formats.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';

/** Most bytes of a job's file. */
export const MAX_IMPORT_BYTES = 1_073_741_824;
const CHUNK_BYTES = 262_144;
/** Of a slow body what has come in is stored at least as often. */
const STORE_EVERY_MS = 30_000;
/** After how long without a stored byte somebody else may remove what has come in. */
const RECEIVING_LEASE_MS = 300_000;
const QUEUE_ATTEMPTS = 3;

/**
 * Stores the body of a request and makes a job of it that nobody sees before the last byte is stored.
 *
 * A file whose header is wrong is refused as soon as the header has come in; what is refused or breaks off leaves nothing.
 * @returns the job's id
 */
export async function receiveImport(
  { pool, prisma }: Pick<ApiDependencies, 'pool' | 'prisma'>,
  projectId: string,
  body: IncomingMessage,
  maxBytes = MAX_IMPORT_BYTES,
): Promise<string> {
  const format = formatOf(body.headers['content-type'] ?? '');
  if (Number(body.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const job = await openImport(pool, projectId, format.name, RECEIVING_LEASE_MS);
  const bytes = storing(pool, job.id, body, maxBytes);
  try {
    const context = await importContext(prisma, projectId, job.receivedAt.getTime());
    const file = await format.readBeginning(keptOpen(bytes), context);
    while (!(await bytes.next()).done);
    await queue(pool, job.id, file);
    return job.id;
  } catch (error) {
    // Whoever sends on is heard out, which needs a body that nobody reads.
    await bytes.return(undefined);
    // Where the database is away, the sweep removes it later.
    await dropImport(pool, job.id).catch(() => undefined);
    if (body.errored) throw new ApiProblem('bad_header', 'The body broke off: nothing was stored of it.');
    throw error;
  }
}

/** Hands on the bytes of a body and stores them on the way. */
async function* storing(
  pool: Pool,
  jobId: string,
  body: IncomingMessage,
  maxBytes: number,
): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let size = 0;
  let total = 0;
  let storedAt = performance.now();
  const store = async (): Promise<void> => {
    const data = Buffer.concat(parts);
    if (!(await appendChunk(pool, jobId, data, RECEIVING_LEASE_MS))) throw givenUp();
    parts = [];
    size = 0;
    storedAt = performance.now();
  };
  for await (const part of bodyBytes(body)) {
    total += part.length;
    if (total > maxBytes) throw tooLarge(maxBytes);
    parts.push(part);
    size += part.length;
    if (size >= CHUNK_BYTES || performance.now() - storedAt > STORE_EVERY_MS) await store();
    yield part;
  }
  if (size > 0) await store();
}

/** The same, for a reader that stops before the end and closes nothing. */
function keptOpen<T>(items: AsyncIterator<T>): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => ({ next: () => items.next() }) };
}

/** Queues the job, also when the connection is lost just then: whether that had come through is asked of the job. */
async function queue(pool: Pool, jobId: string, file: StoredFile): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      if (await queueImport(pool, jobId, file)) return;
      break;
    } catch (error) {
      if (attempt === QUEUE_ATTEMPTS) throw undecided(error);
    }
  }
  throw givenUp();
}

function undecided(cause: unknown): ApiProblem {
  const problem = new ApiProblem(
    'unavailable',
    'The database went away at the last moment. Whether the job was made is told by GET /v1/imports.',
    { headers: { 'retry-after': '2' } },
  );
  problem.cause = cause;
  return problem;
}

function givenUp(): ApiProblem {
  return new ApiProblem(
    'unavailable',
    'The body came in too slowly, and nothing was stored of it. Try again.',
  );
}

function tooLarge(maxBytes: number): ApiProblem {
  return new ApiProblem(
    'too_large',
    `The file of a job may have at most ${maxBytes} bytes. Split it, or send it without "Prefer: respond-async".`,
  );
}
