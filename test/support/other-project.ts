import { randomBytes } from 'node:crypto';
import { newApiKey } from '../../database/api-key.ts';
import { insertApiKey } from '../../database/seed.ts';
import { Api } from './api.ts';
import type { TestStack } from './test-stack.ts';

/** Another project of another account in the same installation. @returns the API as that project's user */
export async function otherProject(stack: TestStack): Promise<Api> {
  const { pool } = stack.database;
  const { rows } = await pool.query<{ id: string }>(
    `WITH owner AS (INSERT INTO account (name) VALUES ('other') RETURNING id)
     INSERT INTO project (account_id, key, name) SELECT id, $1, 'Other' FROM owner RETURNING id`,
    [`other-${randomBytes(4).toString('hex')}`],
  );
  const projectId = rows[0]?.id ?? '';
  await pool.query(
    `INSERT INTO consent_category (project_id, key, name, class) VALUES ($1, 'marketing', 'Marketing', 'marketing')`,
    [projectId],
  );
  const key = newApiKey();
  await insertApiKey(pool, projectId, key, 'of another project');
  return new Api(stack.api.url, key.key);
}
