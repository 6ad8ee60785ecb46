import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { readIntegration } from '../../database/read-integration.ts';
import { SecretBox } from '../../database/secret-box.ts';
import { seedProject, type SeedInput } from '../../database/seed.ts';
import type { SeedIntegration } from '../../database/seed-wish.ts';
import { tendCredentials } from '../../database/tend-credentials.ts';
import { infobipSeed, TEST_BOX, TEST_KEY, TEST_SECRETS, WEBHOOK_SECRET } from '../support/credentials.ts';
import { newInfobip, type IntegrationView } from '../support/integrations.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeEach(async () => {
  stack = await TestStack.start({ engine: false });
});
afterEach(() => stack.stop());

/** What a start does with the configuration that the test's stack was started with, or another one. */
function start(
  more: Parameters<typeof infobipSeed>[0] = {},
  { box = TEST_BOX, ...input }: Partial<SeedInput> & { readonly box?: SecretBox } = {},
): Promise<string> {
  return seedProject(
    stack.database.pool,
    {
      mode: 'simulator',
      sender: '12065550100',
      integrations: [infobipSeed({ baseUrl: stack.simulatorUrl, ...more })],
      through: { sms: 'infobip', mms: 'infobip' },
      apiKey: undefined,
      ...input,
    },
    box,
  );
}

async function list(): Promise<readonly IntegrationView[]> {
  const { body } = await stack.api.call<{ integrations: IntegrationView[] }>('GET', '/v1/integrations');
  return body.integrations;
}

async function shown(key = 'infobip'): Promise<IntegrationView> {
  const found = (await list()).find((one) => one.key === key);
  if (!found) throw new Error(`There is no integration ${key}.`);
  return found;
}

async function secretsOf(key = 'infobip'): Promise<ReturnType<typeof TEST_SECRETS>> {
  const row = await readIntegration(stack.database.pool, (await shown(key)).id);
  return row && TEST_SECRETS(row);
}

async function patch(change: object): Promise<void> {
  const { status } = await stack.api.call('PATCH', `/v1/integrations/${(await shown()).id}`, change);
  expect(status).toBe(200);
}

/** An operator makes another integration and has the sender send through that. */
async function replace(): Promise<void> {
  const { id } = await shown();
  const { body } = await stack.api.call<IntegrationView>('POST', '/v1/integrations', newInfobip('ours'));
  const path = `/v1/integrations/${id}?replacement=${body.id}`;
  expect((await stack.api.call('DELETE', path)).status).toBe(204);
}

/** Keys of the integrations, with their senders. */
async function senders(): Promise<Readonly<Record<string, readonly string[]>>> {
  return Object.fromEntries((await list()).map(({ key, senders: of }) => [key, of]));
}

describe('an integration that an operator has removed', () => {
  it('is not made again by a start, whose sender goes on through its replacement', async () => {
    await replace();
    await start();
    expect(await senders()).toEqual({ ours: ['default'] });
  });

  it('is not made again after its credentials were erased, of which nothing is left', async () => {
    const { id } = await shown();
    await replace();
    const { pool } = stack.database;
    await pool.query(`UPDATE integration SET removed_at = now() - interval '15 days' WHERE id = $1`, [id]);
    expect(await tendCredentials(pool, TEST_BOX)).toMatchObject({ erased: 1 });
    expect(await tendCredentials(pool, TEST_BOX)).toMatchObject({ erased: 0, sealedAnew: 0 });
    const row = await readIntegration(pool, id);
    const left = row && TEST_SECRETS(row);
    expect(left).toMatchObject({ credentials: {}, webhook: { secret: '', formers: [] } });
    expect(JSON.stringify(left)).not.toMatch(new RegExp(`:"simulated"|${WEBHOOK_SECRET}`));
    await start();
    expect(await senders()).toEqual({ ours: ['default'] });
  });

  it('is made again once the configuration says something else of it, and sent through', async () => {
    await replace();
    await start({ apiKey: 'another key' });
    expect(await senders()).toEqual({ infobip: ['default'], ours: [] });
    expect((await secretsOf())?.credentials).toEqual({ apiKey: 'another key' });
  });

  it('is made again once the sender is to send through it', async () => {
    const second: SeedIntegration = { ...infobipSeed(), key: 'second' };
    const integrations = [infobipSeed({ baseUrl: stack.simulatorUrl }), second];
    const through = { sms: 'second', mms: 'second' };
    await start({}, { integrations, through });
    expect(await senders()).toEqual({ infobip: [], second: ['default'] });
    const removed = await stack.api.call('DELETE', `/v1/integrations/${(await shown()).id}`);
    expect(removed.status).toBe(204);
    await start({}, { integrations, through });
    expect(await senders()).toEqual({ second: ['default'] });
    await start({}, { integrations });
    expect(await senders()).toEqual({ infobip: ['default'], second: [] });
  });

  it('is not made again because the simulator has another port', async () => {
    await start({ simulated: true, baseUrl: 'http://127.0.0.1:1' });
    await replace();
    await start({ simulated: true, baseUrl: 'http://127.0.0.1:2' });
    expect(await senders()).toEqual({ ours: ['default'] });
  });
});

describe('what an operator has changed of an integration', () => {
  it('stays where the configuration changes something else', async () => {
    const baseUrl = `${stack.simulatorUrl}/by-hand`;
    await patch({ baseUrl, webhook: { auth: 'basic', username: 'me' } });
    await start({ messagesPerCall: 7, apiKey: 'another key' });
    expect(await shown()).toMatchObject({
      ...{ baseUrl, webhook: { auth: 'basic', username: 'me' }, messagesPerCall: 7 },
    });
    expect(await secretsOf()).toMatchObject({
      credentials: { apiKey: 'another key' },
      webhook: { secret: WEBHOOK_SECRET },
    });
    await patch({ messagesPerCall: 3 });
    await start({ messagesPerCall: 7, apiKey: 'another key' });
    expect(await shown()).toMatchObject({ baseUrl, messagesPerCall: 3 });
  });

  it('gives way where the configuration changes the same', async () => {
    await patch({ baseUrl: `${stack.simulatorUrl}/by-hand`, messagesPerCall: 3 });
    await start({ baseUrl: `${stack.simulatorUrl}/by-variable` });
    expect(await shown()).toMatchObject({
      ...{ baseUrl: `${stack.simulatorUrl}/by-variable`, messagesPerCall: 3 },
    });
  });

  it('is never an address that gets credentials of the configuration, nor are its credentials sent to another one', async () => {
    const theirs = { baseUrl: 'https://other.example.com', credentials: { apiKey: 'of the other host' } };
    await patch(theirs);
    await start({ messagesPerCall: 7 });
    expect([(await shown()).baseUrl, (await secretsOf())?.credentials]).toEqual(Object.values(theirs));
    await start({ messagesPerCall: 7, apiKey: 'another key' });
    expect([(await shown()).baseUrl, (await secretsOf())?.credentials]).toEqual([
      stack.simulatorUrl,
      { apiKey: 'another key' },
    ]);
    await patch(theirs);
    await start({ messagesPerCall: 7, apiKey: 'another key', baseUrl: 'https://third.example.com' });
    expect([(await shown()).baseUrl, (await secretsOf())?.credentials]).toEqual([
      'https://third.example.com',
      { apiKey: 'another key' },
    ]);
  });

  it('stays while only the simulator has another port, which is followed by what is still there', async () => {
    await start({ simulated: true, baseUrl: 'http://127.0.0.1:1' });
    await start({ simulated: true, baseUrl: 'http://127.0.0.1:2' });
    expect(await shown()).toMatchObject({ baseUrl: 'http://127.0.0.1:2', idempotentIds: 'verified' });
    await patch({ baseUrl: 'https://xyz.api.infobip.com', credentials: { apiKey: 'real' } });
    await start({ simulated: true, baseUrl: 'http://127.0.0.1:3' });
    expect(await shown()).toMatchObject({
      ...{ baseUrl: 'https://xyz.api.infobip.com', idempotentIds: 'assumed' },
    });
  });
});

describe('the sender', () => {
  it('keeps its integrations and its value until the configuration wants others', async () => {
    const { body } = await stack.api.call<IntegrationView>('POST', '/v1/integrations', newInfobip('ours'));
    const { pool } = stack.database;
    await pool.query(`UPDATE sender_profile SET sms_integration_id = $1, value = '12345'`, [body.id]);
    await start({ messagesPerCall: 7 });
    expect(await senders()).toEqual({ infobip: ['default'], ours: ['default'] });
    const value = async (): Promise<string | undefined> =>
      (await pool.query<{ value: string }>('SELECT value FROM sender_profile')).rows[0]?.value;
    expect(await value()).toBe('12345');
    await start({ messagesPerCall: 7 }, { sender: '67890' });
    expect(await senders()).toMatchObject({ ours: ['default'] });
    expect(await value()).toBe('67890');
  });
});

describe('the sender of an earlier release', () => {
  it('is taken as it is for what was wanted, so that only another wish changes it', async () => {
    const { body } = await stack.api.call<IntegrationView>('POST', '/v1/integrations', newInfobip('ours'));
    const { pool } = stack.database;
    await pool.query('ALTER TABLE sender_profile DROP COLUMN seeded');
    const file = '../../prisma/migrations/20261127000000_seeded_senders/migration.sql';
    await pool.query(await readFile(new URL(file, import.meta.url), 'utf8'));
    await pool.query('UPDATE sender_profile SET sms_integration_id = $1', [body.id]);
    await start();
    expect(await senders()).toEqual({ infobip: ['default'], ours: ['default'] });
    await start({}, { through: { sms: 'infobip', mms: 'infobip' }, sender: '67890' });
    expect(await senders()).toEqual({ infobip: ['default'], ours: ['default'] });
  });

  it('has its integration left alone where what was wanted of it was kept in an older form', async () => {
    const { id } = await shown();
    await patch({ messagesPerCall: 3 });
    const secrets = await secretsOf();
    const older = { ...secrets, seed: infobipSeed({ baseUrl: stack.simulatorUrl }) };
    const sealed = TEST_BOX.seal(older, id);
    await stack.database.pool.query('UPDATE integration SET secrets = $2 WHERE id = $1', [id, sealed.box]);
    await start();
    expect(await shown()).toMatchObject({ messagesPerCall: 3 });
    await start({ apiKey: 'another key' });
    expect(await shown()).toMatchObject({ messagesPerCall: 3 });
    expect((await secretsOf())?.credentials).toEqual({ apiKey: 'another key' });
  });
});

describe('credentials that can not be read', () => {
  it.each([
    ['credentials_key_missing', { id: 'other', key: randomBytes(32) }],
    ['credentials_unreadable', { id: 'test', key: randomBytes(32) }],
  ])('stop a start with %s, and are not overwritten', async (code, key) => {
    const box = new SecretBox([key]);
    const failed = start({ messagesPerCall: 7 }, { box });
    await expect(failed).rejects.toMatchObject({
      code,
      message: expect.stringMatching(/^What is stored of the integration "infobip" can't be read/) as string,
    });
    expect(await shown()).toMatchObject({ messagesPerCall: 1 });
    expect(await secretsOf()).toMatchObject({ credentials: { apiKey: 'simulated' } });
  });

  it('are not those of the configuration again after an operator has given others', async () => {
    const lost = new SecretBox([{ id: 'lost', key: randomBytes(32) }, TEST_KEY]);
    expect((await tendCredentials(stack.database.pool, lost)).sealedAnew).toBe(1);
    await patch({
      credentials: { apiKey: 'given again' },
      webhook: { auth: 'token', secret: WEBHOOK_SECRET },
    });
    await start();
    expect((await secretsOf())?.credentials).toEqual({ apiKey: 'given again' });
    await start({ messagesPerCall: 7 });
    expect(await shown()).toMatchObject({ messagesPerCall: 7 });
    expect((await secretsOf())?.credentials).toEqual({ apiKey: 'given again' });
  });
});
