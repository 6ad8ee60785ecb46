import { createHash } from 'node:crypto';
import type { Connection, Pool } from '../../database/pool.ts';
import { isUniqueViolation } from '../../database/postgres-error.ts';
import { inTransaction } from '../../database/transaction.ts';
import { ApiProblem } from '../problem.ts';
import { canonicalJson } from './freeze-scenario.ts';

/** A request that may be repeated under its key. */
export interface KeyedRequest {
  readonly projectId: string;
  readonly idempotencyKey: string;
  /** What must be the same when it is repeated. */
  readonly request: unknown;
}

export interface LaunchAnswer {
  readonly status: number;
  readonly body: { readonly id: string };
  /** Whether an earlier request with the same key was answered so. */
  readonly replayed: boolean;
}

const KEY_PATTERN = /^[\x21-\x7e]{1,200}$/;

/** @throws ApiProblem `bad_header` */
export function idempotencyKeyOf(headers: Readonly<Record<string, unknown>>): string {
  const key = headers['idempotency-key'];
  if (typeof key === 'string' && KEY_PATTERN.test(key)) return key;
  throw new ApiProblem(
    'bad_header',
    'Send an Idempotency-Key of 1 to 200 visible ASCII characters, a new one for every launch: ' +
      'it keeps a repeated request from sending to everybody twice.',
  );
}

/**
 * Stores a run under the key of its request.
 *
 * The same key gives the same answer, however often and however quickly it is asked again.
 * @param store stores it, in the transaction that keeps the answer
 * @throws ApiProblem `idempotency_key_reused`, and what `store` throws
 */
export async function launchOnce(
  pool: Pool,
  { projectId, idempotencyKey, request }: KeyedRequest,
  store: (connection: Connection) => Promise<{ readonly id: string }>,
): Promise<LaunchAnswer> {
  const requestHash = createHash('sha256').update(canonicalJson(request)).digest();
  const key = { projectId, idempotencyKey, requestHash };
  const known = await knownAnswer(pool, key);
  if (known) return known;
  try {
    return await inTransaction(pool, async (connection) => {
      const body = await store(connection);
      await connection.query(
        'INSERT INTO idempotency_key (project_id, key, request_hash, status, response) VALUES ($1, $2, $3, 202, $4)',
        [projectId, idempotencyKey, requestHash, JSON.stringify(body)],
      );
      return { status: 202, body, replayed: false };
    });
  } catch (error) {
    // Another request with the same key was faster: nothing of this one is stored.
    const faster = isUniqueViolation(error) ? await knownAnswer(pool, key) : undefined;
    if (faster) return faster;
    throw error;
  }
}

async function knownAnswer(
  pool: Pool,
  {
    projectId,
    idempotencyKey,
    requestHash,
  }: Omit<KeyedRequest, 'request'> & { readonly requestHash: Buffer },
): Promise<LaunchAnswer | undefined> {
  const { rows } = await pool.query<{ request_hash: Buffer; status: number; response: { id: string } }>(
    'SELECT request_hash, status, response FROM idempotency_key WHERE project_id = $1 AND key = $2',
    [projectId, idempotencyKey],
  );
  const [known] = rows;
  if (!known) return undefined;
  if (known.request_hash.equals(requestHash))
    return { status: known.status, body: known.response, replayed: true };
  throw new ApiProblem(
    'idempotency_key_reused',
    'This Idempotency-Key was used for another request. Make a new key for every new launch.',
  );
}
