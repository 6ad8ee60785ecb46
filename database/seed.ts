import type { ProjectMode } from '../domain/gate.ts';
import type { Pool } from './pool.ts';
import type { SecretBox } from './secret-box.ts';
import { seedIntegration, type SeededIntegration } from './seed-integration.ts';
import { lastSenderWish, newlyWanted, seedSender } from './seed-sender.ts';
import type { SeedIntegration } from './seed-wish.ts';
import { inTransaction } from './transaction.ts';

export interface SeedInput {
  readonly mode: ProjectMode;
  /** Value of the sender profile `default`. */
  readonly sender: string;
  readonly integrations: readonly SeedIntegration[];
  /** Keys of the integrations that the sender profile sends through. */
  readonly through: { readonly sms: string; readonly mms: string };
  readonly apiKey: { readonly shortId: string; readonly secretHash: Uint8Array } | undefined;
}

const CATEGORIES = [
  { key: 'marketing', name: 'Marketing', class: 'marketing' },
  { key: 'transactional', name: 'Transactional', class: 'transactional' },
];

/**
 * Makes the one project that the stack works with, and brings its mode to what the configuration says; safe to repeat.
 *
 * Sender and integrations are changed only in what the configuration wants otherwise than when it was last carried out.
 * Integrations that it does not name stay. @returns the project's id
 * @throws PermanentError `credentials_key_missing`, `credentials_unreadable`
 */
export function seedProject(pool: Pool, input: SeedInput, box: SecretBox): Promise<string> {
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
    const needed = newlyWanted(await lastSenderWish(connection, projectId), input.through);
    const seeded = new Map<string, SeededIntegration>();
    for (const wanted of input.integrations) {
      const place = { connection, projectId, box };
      const integration = await seedIntegration(place, wanted, needed.has(wanted.key));
      if (integration) seeded.set(wanted.key, integration);
    }
    await seedSender(connection, projectId, { value: input.sender, through: input.through }, seeded);
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
