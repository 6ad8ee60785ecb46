import type { ProjectMode } from '../domain/gate.ts';
import type { IdempotentIds } from './read-integration.ts';
import type { Pool } from './pool.ts';
import { inTransaction } from './transaction.ts';

export interface SeedInput {
  readonly mode: ProjectMode;
  /** Value of the sender profile `default`. */
  readonly sender: string;
  readonly integration: {
    readonly provider: string;
    readonly variablePrefix: string;
    readonly messagesPerCall: number;
    readonly idempotentIds: IdempotentIds;
  };
  readonly apiKey: { readonly shortId: string; readonly secretHash: Uint8Array } | undefined;
}

const CATEGORIES = [
  { key: 'marketing', name: 'Marketing', class: 'marketing' },
  { key: 'transactional', name: 'Transactional', class: 'transactional' },
];

/**
 * Makes the one project that the stack works with, and brings mode, sender and integration to what the
 * configuration says; safe to repeat. @returns the project's id
 */
export function seedProject(pool: Pool, input: SeedInput): Promise<string> {
  return inTransaction(pool, async (connection) => {
    await connection.query(`SELECT pg_advisory_xact_lock(hashtextextended('tidings seed', 0))`);
    const one = async (sql: string, values: readonly unknown[]): Promise<string> => {
      const { rows } = await connection.query<{ id: string }>(sql, [...values]);
      if (!rows[0]) throw new Error('The seed did not answer a row.');
      return rows[0].id;
    };
    const known = await connection.query<{ account_id: string }>(
      `SELECT account_id FROM project WHERE key = 'default'`,
    );
    const accountId =
      known.rows[0]?.account_id ??
      (await one(`INSERT INTO account (name) VALUES ('default') RETURNING id`, []));
    const projectId = await one(
      `INSERT INTO project (account_id, key, name, mode) VALUES ($1, 'default', 'Default', $2)
       ON CONFLICT (key) DO UPDATE SET mode = EXCLUDED.mode,
         clock_offset_ms = CASE WHEN EXCLUDED.mode = 'simulator' THEN project.clock_offset_ms ELSE 0 END
       RETURNING id`,
      [accountId, input.mode],
    );
    const { provider, variablePrefix, messagesPerCall, idempotentIds } = input.integration;
    const integrationId = await one(
      `INSERT INTO integration (project_id, key, provider, variable_prefix, messages_per_call, idempotent_ids)
       VALUES ($1, $2, $2, $3, $4, $5)
       ON CONFLICT (project_id, key) DO UPDATE SET variable_prefix = EXCLUDED.variable_prefix,
         messages_per_call = EXCLUDED.messages_per_call, idempotent_ids = EXCLUDED.idempotent_ids
       RETURNING id`,
      [projectId, provider, variablePrefix, messagesPerCall, idempotentIds],
    );
    await one(
      `INSERT INTO sender_profile
         (project_id, key, label, value, sms_integration_id, mms_integration_id, is_default)
       VALUES ($1, 'default', 'Default', $2, $3, $3, true)
       ON CONFLICT (project_id, key) DO UPDATE SET value = EXCLUDED.value,
         sms_integration_id = EXCLUDED.sms_integration_id, mms_integration_id = EXCLUDED.mms_integration_id
       RETURNING id`,
      [projectId, input.sender, integrationId],
    );
    for (const category of CATEGORIES) {
      await connection.query(
        `INSERT INTO consent_category (project_id, key, name, class) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
        [projectId, category.key, category.name, category.class],
      );
    }
    if (input.apiKey) await insertApiKey(connection, projectId, input.apiKey, 'made by the stack');
    return projectId;
  });
}

/** Stores the hash of an API key; one that is there already stays. */
export async function insertApiKey(
  database: Pick<Pool, 'query'>,
  projectId: string,
  key: { readonly shortId: string; readonly secretHash: Uint8Array },
  name: string,
): Promise<void> {
  await database.query(
    `INSERT INTO api_key (project_id, short_id, secret_hash, name) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`,
    [projectId, key.shortId, Buffer.from(key.secretHash), name],
  );
}
