import { isDeepStrictEqual } from 'node:util';
import type { IdempotentIds } from '../domain/idempotent-ids.ts';
import {
  changedProof,
  secretsIfReadable,
  type IntegrationSecrets,
  type WebhookProofSettings,
} from './integration-secrets.ts';
import type { Queryable } from './pool.ts';
import { INTEGRATION_JSON, type IntegrationRow } from './read-integration.ts';
import type { SecretBox } from './secret-box.ts';
import { FORGOTTEN_WISH } from './seed-wish.ts';
import { abandonIdProbes } from './write-id-probe.ts';

/** What an integration is to be. */
export interface WantedIntegration {
  readonly provider: string;
  readonly baseUrl: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly credentials: Readonly<Record<string, string>>;
  readonly webhook: WebhookProofSettings;
  readonly messagesPerCall: number;
  /** Most messages a second, null for as many as there are; left out, it stays. */
  readonly messagesPerSecond?: number | null;
  /** Of an account that nothing is known of yet. */
  readonly idempotentIds: IdempotentIds;
  /** Whether webhooks are no longer taken that are proven as before. Default false. */
  readonly forgetFormers?: boolean;
}

/** Makes an integration that still has to be written. @returns its id, undefined when the project has one with that key */
export async function insertIntegration(
  database: Queryable,
  projectId: string,
  { key, provider }: { readonly key: string; readonly provider: string },
): Promise<string | undefined> {
  const { rows } = await database.query<{ id: string }>(
    `INSERT INTO integration (project_id, key, provider) VALUES ($1, $2, $3)
     ON CONFLICT (project_id, key) DO NOTHING RETURNING id`,
    [projectId, key, provider],
  );
  return rows[0]?.id;
}

/**
 * Writes what an integration is to be; every process goes by it from its next reading of the row on.
 *
 * What was found out about an account holds only for that account: for another address or other credentials it starts anew.
 * @param known the row as it is now, under its lock
 * @param seed what the configuration wants; left out, what it wanted before is kept
 */
export async function writeIntegration(
  database: Queryable,
  known: IntegrationRow,
  wanted: WantedIntegration,
  box: SecretBox,
  seed?: unknown,
): Promise<void> {
  const before = secretsIfReadable(known, box);
  const secrets: IntegrationSecrets = {
    credentials: wanted.credentials,
    webhook: changedProof(before && { settings: known.webhook, webhook: before.webhook }, wanted.webhook, {
      now: Date.now(),
      forgetFormers: wanted.forgetFormers ?? false,
    }),
    seed: seed ?? (known.sealed && !before ? FORGOTTEN_WISH : before?.seed),
  };
  const isSameAccount =
    known.provider === wanted.provider &&
    known.baseUrl === wanted.baseUrl &&
    isDeepStrictEqual([known.settings, before?.credentials], [wanted.settings, wanted.credentials]);
  const idempotentIds = isSameAccount ? known.idempotentIds : wanted.idempotentIds;
  const sealed = box.seal(secrets, known.id);
  await database.query(
    `UPDATE integration
     SET provider = $2, base_url = $3, settings = $4, webhook = $5, secrets = $6, secrets_key_id = $7,
         messages_per_call = $8, idempotent_ids = $9, messages_per_second = $10, revision = revision + 1, changed_at = now()
     WHERE id = $1`,
    [
      known.id,
      wanted.provider,
      wanted.baseUrl,
      JSON.stringify(wanted.settings),
      JSON.stringify(wanted.webhook.settings),
      sealed.box,
      sealed.keyId,
      wanted.messagesPerCall,
      idempotentIds,
      wanted.messagesPerSecond === undefined ? known.messagesPerSecond : wanted.messagesPerSecond,
    ],
  );
  if (!isSameAccount) await startAnew(database, known.id);
}

/** What an integration is to be but for its secrets. */
export interface OpenParts {
  readonly baseUrl: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly messagesPerCall: number;
  readonly messagesPerSecond: number | null;
  /** Of an account that nothing is known of yet. */
  readonly idempotentIds: IdempotentIds;
}

/** {@link writeIntegration} for one whose credentials are not there, or can't be read by this process: they stay as they are. */
export async function writeOpenParts(
  database: Queryable,
  known: IntegrationRow,
  { baseUrl, settings, messagesPerCall, messagesPerSecond, idempotentIds }: OpenParts,
): Promise<void> {
  const isSameAccount = isDeepStrictEqual([known.baseUrl, known.settings], [baseUrl, settings]);
  await database.query(
    `UPDATE integration
     SET base_url = $2, settings = $3, messages_per_call = $4, idempotent_ids = $5, messages_per_second = $6,
         revision = revision + 1, changed_at = now()
     WHERE id = $1`,
    [
      known.id,
      baseUrl,
      JSON.stringify(settings),
      messagesPerCall,
      isSameAccount ? known.idempotentIds : idempotentIds,
      messagesPerSecond,
    ],
  );
  if (!isSameAccount) await startAnew(database, known.id);
}

/** What was found out about another account says nothing of this one: an open breaker tries it at once. */
async function startAnew(database: Queryable, integrationId: string): Promise<void> {
  await database.query(`UPDATE integration SET verified_channels = '{}' WHERE id = $1`, [integrationId]);
  await abandonIdProbes(database, integrationId, 'account_changed');
  await database.query(
    'UPDATE breaker SET probe_at = clock_timestamp(), probes = 0 WHERE integration_id = $1 AND opened_at IS NOT NULL',
    [integrationId],
  );
}

/** Reads an integration of a project and keeps everybody else from changing it; undefined when there is none. */
export async function lockIntegration(
  connection: Queryable,
  projectId: string,
  by: { readonly id: string } | { readonly key: string },
): Promise<IntegrationRow | undefined> {
  const [column, value] = 'id' in by ? ['id', by.id] : ['key', by.key];
  const { rows } = await connection.query<{ integration: IntegrationRow }>(
    `SELECT ${INTEGRATION_JSON} AS integration FROM integration
     WHERE project_id = $1 AND ${column} = $2 AND removed_at IS NULL FOR NO KEY UPDATE`,
    [projectId, value],
  );
  return rows[0]?.integration;
}
