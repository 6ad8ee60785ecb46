import { randomBytes } from 'node:crypto';
import { secretsReader } from '../../database/integration-secrets.ts';
import { readIntegration } from '../../database/read-integration.ts';
import { SecretBox } from '../../database/secret-box.ts';
import { tendCredentials } from '../../database/tend-credentials.ts';
import { TEST_BOX, TEST_KEY, TEST_SECRETS } from '../support/credentials.ts';
import { newInfobip, type IntegrationView } from '../support/integrations.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const NEWER = { id: 'newer', key: randomBytes(32) };

describe('credentials of integrations', () => {
  it('are sealed anew under the newest key, so that the older one can be dropped', async () => {
    const { pool } = stack.database;
    const box = new SecretBox([NEWER, TEST_KEY]);
    expect(await tendCredentials(pool, box)).toEqual({ erased: 0, sealedAnew: 1, unreadable: [] });
    expect(await tendCredentials(pool, box)).toEqual({ erased: 0, sealedAnew: 0, unreadable: [] });
    const { rows } = await pool.query<{ id: string }>('SELECT id FROM integration');
    const row = await readIntegration(pool, rows[0]?.id ?? '');
    if (!row) throw new Error('There is an integration.');
    expect(secretsReader([NEWER])(row)?.credentials).toEqual({ apiKey: 'simulated' });
    expect(() => TEST_SECRETS(row)).toThrow(
      expect.objectContaining({ code: 'credentials_key_missing' }) as Error,
    );
    expect(await tendCredentials(pool, TEST_BOX)).toEqual({
      erased: 0,
      sealedAnew: 0,
      unreadable: ['infobip'],
    });
    expect((await tendCredentials(pool, new SecretBox([TEST_KEY, NEWER]))).sealedAnew).toBe(1);
  });

  it('of a removed one are erased when nobody reports to it any more', async () => {
    const { pool } = stack.database;
    const { body } = await stack.api.call<IntegrationView>('POST', '/v1/integrations', newInfobip('leaving'));
    expect((await stack.api.call('DELETE', `/v1/integrations/${body.id}`)).status).toBe(204);
    expect((await tendCredentials(pool, TEST_BOX)).erased).toBe(0);
    await pool.query(`UPDATE integration SET removed_at = removed_at - interval '15 days' WHERE id = $1`, [
      body.id,
    ]);
    expect((await tendCredentials(pool, TEST_BOX)).erased).toBe(1);
    expect((await readIntegration(pool, body.id))?.sealed).toBeNull();
  });
});
