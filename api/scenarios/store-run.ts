import { randomUUID } from 'node:crypto';
import type { Connection } from '../../database/pool.ts';
import type { FrozenScenario } from '../../domain/scenario.ts';
import { contentHash } from './freeze-scenario.ts';

export interface RunToStore {
  readonly projectId: string;
  readonly scenarioId: string;
  readonly frozen: FrozenScenario;
  readonly excludeRuns?: readonly string[] | undefined;
  readonly messagesPerSecond?: number | undefined;
  readonly spreadUntil?: string | undefined;
  /** Of a test send: the customers of its test recipients. */
  readonly testCustomers?: readonly string[] | undefined;
}

/** A run as its launch is answered. */
export interface StoredRun {
  readonly id: string;
  readonly state: string;
  readonly workflowId: string;
  readonly requestedAt: Date;
  readonly scenarioId: string;
  readonly versionId: string;
}

/** Stores a run, and its version where there is none of its content: from the commit on it will be started, once. */
export async function storeRun(connection: Connection, input: RunToStore): Promise<StoredRun> {
  const { scenarioId, frozen } = input;
  const versionId = await ensureVersion(connection, scenarioId, frozen);
  return { ...(await insertRun(connection, input, versionId)), scenarioId, versionId };
}

async function ensureVersion(
  connection: Connection,
  scenarioId: string,
  frozen: FrozenScenario,
): Promise<string> {
  const { rows } = await connection.query<{ id: string }>(
    `INSERT INTO scenario_version (scenario_id, content_hash, frozen) VALUES ($1, $2, $3)
     ON CONFLICT (scenario_id, content_hash) DO UPDATE SET content_hash = EXCLUDED.content_hash RETURNING id`,
    [scenarioId, contentHash(frozen), JSON.stringify(frozen)],
  );
  if (!rows[0]) throw new Error('An upsert answers its row.');
  return rows[0].id;
}

async function insertRun(
  connection: Connection,
  input: RunToStore,
  versionId: string,
): Promise<Omit<StoredRun, 'scenarioId' | 'versionId'>> {
  const { projectId, scenarioId, frozen, excludeRuns = [], testCustomers } = input;
  const id = randomUUID();
  const kind = testCustomers ? 'run/test' : 'run';
  const { rows } = await connection.query<Omit<StoredRun, 'scenarioId' | 'versionId'>>(
    `INSERT INTO run (id, month, project_id, scenario_id, version_id, state, workflow_id, exclude_runs, is_test,
       test_customers, messages_per_second, spread_until)
     VALUES ($1, to_char(now() AT TIME ZONE 'UTC', 'YYYYMM')::int, $2, $3, $4, 'requested', $5, $6, $7, $8, $9, $10)
     RETURNING id, state, workflow_id AS "workflowId", requested_at AS "requestedAt"`,
    [
      ...[id, projectId, scenarioId, versionId, `${kind}/${slugOf(frozen.name)}/${id.slice(0, 13)}`],
      ...[excludeRuns, testCustomers !== undefined, testCustomers ?? []],
      ...[input.messagesPerSecond ?? null, input.spreadUntil ?? null],
    ],
  );
  const [run] = rows;
  if (!run) throw new Error('An insert answers its row.');
  return run;
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
