import { randomBytes } from 'node:crypto';
import { readIntegration } from '../../database/read-integration.ts';
import { SecretBox } from '../../database/secret-box.ts';
import { TEST_BOX, TEST_SECRETS, WEBHOOK_SECRET } from '../support/credentials.ts';
import { newInfobip, type CheckView, type IntegrationView } from '../support/integrations.ts';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

let made = 0;
/** Makes a good integration, and has the database say something else of it than this release would. */
async function spoilt(columns: Readonly<Record<string, unknown>>): Promise<string> {
  made += 1;
  const account = { baseUrl: stack.simulatorUrl, credentials: { apiKey: 'simulated' } };
  const body = newInfobip(`spoilt-${made}`, account);
  const { id } = (await stack.api.call<IntegrationView>('POST', '/v1/integrations', body)).body;
  for (const [column, value] of Object.entries(columns))
    await stack.database.pool.query(`UPDATE integration SET ${column} = $2 WHERE id = $1`, [id, value]);
  return id;
}

async function sealedAs(id: string, secrets: object, box = TEST_BOX): Promise<void> {
  const sealed = box.seal(secrets, id);
  await stack.database.pool.query('UPDATE integration SET secrets = $2, secrets_key_id = $3 WHERE id = $1', [
    id,
    sealed.box,
    sealed.keyId,
  ]);
}

const patch = (id: string, change: object): ReturnType<typeof stack.api.call<IntegrationView>> =>
  stack.api.call<IntegrationView>('PATCH', `/v1/integrations/${id}`, change);

async function refused(id: string, change: object): Promise<readonly string[]> {
  const problem = expectProblem(await patch(id, change), 422, 'bad_body');
  return entriesOf(problem).map(([pointer]) => pointer);
}

async function isUsable(id: string): Promise<boolean> {
  const { body } = await stack.api.call<CheckView>('POST', `/v1/integrations/${id}/check`);
  return body.ok;
}

const credentialsOf = async (id: string): Promise<unknown> => {
  const row = await readIntegration(stack.database.pool, id);
  return row && TEST_SECRETS(row)?.credentials;
};

describe('an integration of which a part is no longer good', () => {
  it.each<[string, Readonly<Record<string, unknown>>, object, object, string]>([
    [
      'settings',
      { settings: { region: 'us' } },
      { settings: {} },
      { settings: { region: 'eu' } },
      '/settings/region',
    ],
    [
      'webhook',
      { webhook: { auth: 'sinch' } },
      { webhook: { auth: 'token' } },
      { webhook: { auth: 'sinch' } },
      '/webhook/auth',
    ],
    [
      'baseUrl',
      { base_url: 'http://api.infobip.com' },
      { baseUrl: 'PLACE', credentials: { apiKey: 'simulated' } },
      { baseUrl: 'http://api.infobip.com' },
      '/baseUrl',
    ],
    [
      'messagesPerCall',
      { messages_per_call: 500 },
      { messagesPerCall: 5 },
      { messagesPerCall: 500 },
      '/messagesPerCall',
    ],
  ])(
    'can be mended by that part alone, and changed without it: %s',
    async (name, columns, mended, bad, pointer) => {
      const id = await spoilt(columns);
      const other = name === 'messagesPerCall' ? { settings: {} } : { messagesPerCall: 7 };
      const changed = await patch(id, other);
      expect(changed.status).toBe(200);
      expect(changed.body).toMatchObject({ ...other, ...viewed(columns) });
      expect(await refused(id, bad)).toEqual([pointer]);
      const good = JSON.parse(JSON.stringify(mended).replace('PLACE', stack.simulatorUrl)) as object;
      expect((await patch(id, good)).status).toBe(200);
      expect(await isUsable(id)).toBe(true);
    },
  );

  it('can be mended by its credentials alone, of which those that the provider knows no more are dropped', async () => {
    const id = await spoilt({});
    await sealedAs(id, { credentials: { token: 'old' }, webhook: { secret: WEBHOOK_SECRET } });
    expect((await patch(id, { messagesPerCall: 7 })).status).toBe(200);
    expect(await credentialsOf(id)).toEqual({ token: 'old' });
    expect(await refused(id, { credentials: { apiKey: '' } })).toEqual(['/credentials/apiKey']);
    expect(await refused(id, { credentials: { apiKey: 'k', token: 't' } })).toEqual(['/credentials/token']);
    expect(await refused(id, { baseUrl: 'https://xyz.api.infobip.com' })).toEqual(['/credentials/apiKey']);
    expect((await patch(id, { credentials: { apiKey: 'simulated' } })).status).toBe(200);
    expect(await credentialsOf(id)).toEqual({ apiKey: 'simulated' });
    expect(await isUsable(id)).toBe(true);
  });

  it('can be mended part by part where several are no longer good', async () => {
    const id = await spoilt({ settings: { region: 'us' }, messages_per_call: 500 });
    expect((await patch(id, { settings: {} })).body).toMatchObject({ settings: {}, messagesPerCall: 500 });
    expect((await patch(id, { messagesPerCall: 1 })).status).toBe(200);
    expect(await isUsable(id)).toBe(true);
  });
});

describe('an integration whose credentials this process can not read', () => {
  it('keeps them through a change that is not about them, and takes new ones only as a whole', async () => {
    const id = await spoilt({});
    const elsewhere = new SecretBox([{ id: 'elsewhere', key: randomBytes(32) }]);
    const secrets = {
      credentials: { apiKey: 'simulated' },
      webhook: { secret: WEBHOOK_SECRET, formers: [] },
    };
    await sealedAs(id, secrets, elsewhere);
    const changed = await patch(id, { messagesPerCall: 7 });
    expect(changed.body).toMatchObject({ messagesPerCall: 7, credentialsKeyId: 'elsewhere' });
    const row = await readIntegration(stack.database.pool, id);
    const box = Buffer.from(row?.sealed?.box ?? '', 'base64');
    expect(elsewhere.open({ keyId: 'elsewhere', box }, id)).toEqual(secrets);

    expect(await refused(id, { credentials: { apiKey: 'simulated' } })).toEqual(['/webhook/secret']);
    expect(await refused(id, { webhook: { auth: 'token', secret: WEBHOOK_SECRET } })).toEqual([
      '/credentials/apiKey',
    ]);
    const leaked = ['/credentials/apiKey', '/webhook/secret'];
    expect(await refused(id, { forgetFormerWebhooks: true })).toEqual(leaked);
    expect(await refused(id, { baseUrl: 'https://xyz.api.infobip.com' })).toEqual(leaked);
    const { credentials } = secrets;
    const anew = { credentials, webhook: { auth: 'token', secret: WEBHOOK_SECRET } };
    expect((await patch(id, anew)).body).toMatchObject({ credentialsKeyId: 'test', messagesPerCall: 7 });
    expect(await isUsable(id)).toBe(true);
  });
});

/** Columns as the API names them. */
function viewed(columns: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names: Readonly<Record<string, string>> = {
    base_url: 'baseUrl',
    messages_per_call: 'messagesPerCall',
  };
  return Object.fromEntries(Object.entries(columns).map(([name, value]) => [names[name] ?? name, value]));
}
