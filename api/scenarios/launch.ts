import { createHash, randomUUID } from 'node:crypto';
import type { Connection, Pool } from '../../database/pool.ts';
import { isUniqueViolation } from '../../database/postgres-error.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { Prisma } from '../../database/prisma.ts';
import type { IfMatch } from '../entity-tag.ts';
import { ApiProblem } from '../problem.ts';
import { readProjectResources } from './check-scenario.ts';
import { canonicalJson, contentHash } from './freeze-scenario.ts';
import { assertLaunchable } from './launch-conditions.ts';
import type { LaunchOptions } from './launch-options.ts';
import { readFrozen } from './read-frozen.ts';

export interface LaunchInput {
  readonly projectId: string;
  readonly scenarioId: string;
  readonly idempotencyKey: string;
  readonly body: LaunchOptions;
  readonly ifMatch: IfMatch;
}

export interface LaunchAnswer {
  readonly status: number;
  readonly body: { readonly id: string };
  /** Whether an earlier request with the same key was answered so. */
  readonly replayed: boolean;
}

/**
 * Freezes the scenario as it is and stores a run of it: from the commit on it will be started, once.
 *
 * The same key gives the same answer, however often and however quickly it is asked again.
 * @throws ApiProblem `invalid_scenario` with every reason, `idempotency_key_reused`, `not_found`, `scenario_archived`, and what
 * {@link assertLaunchable} says
 */
export async function launch(
  pool: Pool,
  prisma: Prisma,
  publicUrl: string,
  input: LaunchInput,
): Promise<LaunchAnswer> {
  const requestHash = createHash('sha256')
    .update(canonicalJson({ launch: input.scenarioId, body: input.body }))
    .digest();
  const known = await knownAnswer(pool, input, requestHash);
  if (known) return known;
  const resources = await readProjectResources(prisma, input.projectId);
  try {
    return await inTransaction(pool, async (connection) => {
      const { projectId, scenarioId, ifMatch } = input;
      // Not archived or changed between this look at it and the commit.
      const draft = { projectId, scenarioId, ifMatch, lock: 'FOR SHARE' } as const;
      const frozen = await readFrozen(connection, { ...draft, resources, publicUrl });
      await assertLaunchable(connection, { projectId, scenarioId, filter: frozen.audience }, input.body);
      const versionId = await ensureVersion(
        connection,
        scenarioId,
        contentHash(frozen),
        JSON.stringify(frozen),
      );
      const body = await insertRun(connection, input, frozen.name, versionId);
      await connection.query(
        'INSERT INTO idempotency_key (project_id, key, request_hash, status, response) VALUES ($1, $2, $3, 202, $4)',
        [input.projectId, input.idempotencyKey, requestHash, JSON.stringify(body)],
      );
      return { status: 202, body, replayed: false };
    });
  } catch (error) {
    // Another request with the same key was faster: nothing of this one is stored.
    const faster = isUniqueViolation(error) ? await knownAnswer(pool, input, requestHash) : undefined;
    if (faster) return faster;
    throw error;
  }
}

async function knownAnswer(
  pool: Pool,
  input: LaunchInput,
  requestHash: Buffer,
): Promise<LaunchAnswer | undefined> {
  const { rows } = await pool.query<{ request_hash: Buffer; status: number; response: { id: string } }>(
    'SELECT request_hash, status, response FROM idempotency_key WHERE project_id = $1 AND key = $2',
    [input.projectId, input.idempotencyKey],
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

async function ensureVersion(
  connection: Connection,
  scenarioId: string,
  hash: string,
  frozen: string,
): Promise<string> {
  const { rows } = await connection.query<{ id: string }>(
    `INSERT INTO scenario_version (scenario_id, content_hash, frozen) VALUES ($1, $2, $3)
     ON CONFLICT (scenario_id, content_hash) DO UPDATE SET content_hash = EXCLUDED.content_hash RETURNING id`,
    [scenarioId, hash, frozen],
  );
  if (!rows[0]) throw new Error('An upsert answers its row.');
  return rows[0].id;
}

async function insertRun(
  connection: Connection,
  input: LaunchInput,
  name: string,
  versionId: string,
): Promise<{ id: string }> {
  const id = randomUUID();
  const { rows } = await connection.query<{
    id: string;
    state: string;
    workflowId: string;
    requestedAt: Date;
  }>(
    `INSERT INTO run (id, month, project_id, scenario_id, version_id, state, workflow_id, exclude_runs)
     VALUES ($1, to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')::int, $2, $3, $4, 'requested', $5, $6)
     RETURNING id, state, workflow_id AS "workflowId", requested_at AS "requestedAt"`,
    [
      id,
      input.projectId,
      input.scenarioId,
      versionId,
      `run/${slugOf(name)}/${id.slice(0, 13)}`,
      input.body.excludeRuns ?? [],
    ],
  );
  const [run] = rows;
  if (!run) throw new Error('An insert answers its row.');
  return { ...run, scenarioId: input.scenarioId, versionId } as { id: string };
}

/** A name as it may stand in an id that people read. */
function slugOf(name: string): string {
  const slug = name
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return slug.slice(0, 40) || 'scenario';
}
