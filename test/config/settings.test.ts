import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { ConfigurationError } from '../../config/environment.ts';
import { serviceConfig } from '../../config/service.ts';
import { webhookSettingsSchema } from '../../providers/webhook-settings.ts';
import { stackSettings, type StackSettings } from '../../stack/settings.ts';

let home: string;

beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'tidings-settings-'));
});
afterEach(() => rm(home, { recursive: true }));

const settings = (variables: Readonly<Record<string, string>> = {}): Promise<StackSettings> =>
  stackSettings({ TIDINGS_HOME: home, ...variables });

async function refusal(variables: Readonly<Record<string, string>>): Promise<string> {
  return settings(variables).then(
    () => 'not refused',
    (error: unknown) => {
      expect(error).toBeInstanceOf(ConfigurationError);
      return (error as Error).message;
    },
  );
}

const PHONE_KEY = 'a phone key of at least thirty-two letters';
const DATABASE = { DATABASE_URL: 'postgresql://tidings:pass-word@db.example.com/tidings' };
const PROVIDER = {
  INFOBIP_BASE_URL: 'https://x.api.infobip.com',
  INFOBIP_API_KEY: 'a-real-key',
  PUBLIC_URL: 'https://tidings.example.com',
};

describe('the settings of a stack', () => {
  it('without anything set are a simulator on this machine, with the timings of a demo', async () => {
    const stack = await settings();
    expect(stack).toMatchObject({
      embedded: { postgres: true, temporal: true, simulator: true },
      seed: {
        mode: 'simulator',
        sender: '12065550100',
        through: { sms: 'infobip', mms: 'infobip' },
        integrations: [
          { key: 'infobip', idempotentIds: 'verified', messagesPerCall: 1 },
          { key: 'sinch-sms', idempotentIds: 'no' },
          { key: 'sinch-mms', idempotentIds: 'no' },
        ],
      },
      environment: { TIMINGS: 'demo' },
    });
    expect(stack.apiKey).toMatch(/^tdg_/);
  });

  it('with an unedited copy of .env.example are the same, and services start with them', async () => {
    const file = await readFile(new URL('../../.env.example', import.meta.url), 'utf8');
    const copied = await settings({ ...(parseEnv(file) as Record<string, string>), TIDINGS_HOME: home });
    const { credentialKeys, apiKey, seed } = await settings();
    expect(copied).toMatchObject({
      credentialKeys,
      apiKey,
      seed: { mode: seed.mode, through: seed.through },
    });
    const variables = { ...copied.environment, DATABASE_URL: 'postgresql://u:p@127.0.0.1:7301/tidings' };
    expect(serviceConfig(variables)).toMatchObject({ credentialKeys, timings: { profile: 'demo' } });
  });

  it('with a real provider call nobody but test numbers, with the timings of production', async () => {
    const stack = await settings({ ...PROVIDER, TEST_NUMBERS: '+12125550100' });
    expect(stack).toMatchObject({
      // The simulator still stands in for Sinch.
      embedded: { postgres: true, temporal: true, simulator: true },
      seed: { mode: 'allow-list', integrations: [{ key: 'infobip', idempotentIds: 'assumed' }, {}, {}] },
      environment: { TIMINGS: 'production', ...PROVIDER },
    });
    expect(await refusal({ ...PROVIDER, MODE: 'simulator' })).toMatch(/^MODE simulator needs/);
  });

  it('take the timings that are named', async () => {
    expect((await settings({ TIMINGS: 'production' })).environment['TIMINGS']).toBe('production');
    expect((await settings({ ...PROVIDER, TIMINGS: 'demo' })).environment['TIMINGS']).toBe('demo');
  });

  it('refuse the mode live', async () => {
    expect(await refusal({ MODE: 'live' })).toMatch(/^MODE live is not offered yet/);
    expect(await refusal({ ...PROVIDER, MODE: 'live' })).toMatch(/^MODE live is not offered yet/);
  });

  it('with a real database want the keys that belong to it', async () => {
    expect(await refusal(DATABASE)).toMatch(/^PHONE_KEY, CREDENTIAL_KEYS must be set: with DATABASE_URL/);
    const keys = { PHONE_KEY, CREDENTIAL_KEYS: `2026:${Buffer.alloc(32, 7).toString('base64')}` };
    const stack = await settings({ ...DATABASE, ...keys });
    expect(stack).toMatchObject({ embedded: { postgres: false }, environment: { ...DATABASE, ...keys } });
  });

  it('with a database of their own still open what was sealed before there were CREDENTIAL_KEYS', async () => {
    const [made] = (await settings()).credentialKeys;
    const text = `2026:${Buffer.alloc(32, 7).toString('base64')}`;
    const { credentialKeys, environment } = await settings({ CREDENTIAL_KEYS: text });
    expect(credentialKeys).toEqual([{ id: '2026', key: Buffer.alloc(32, 7) }, made]);
    const again = String(environment['CREDENTIAL_KEYS']);
    expect((await settings({ CREDENTIAL_KEYS: again })).credentialKeys).toEqual(credentialKeys);
    expect(await refusal({ CREDENTIAL_KEYS: text.replace('2026', 'made') })).toMatch(
      /^CREDENTIAL_KEYS has a key "made"/,
    );
  });

  it('send through Sinch where it is named, and its simulators stand in for it', async () => {
    const { seed } = await settings({ PROVIDER: 'sinch' });
    expect(seed).toMatchObject({ mode: 'simulator', through: { sms: 'sinch-sms', mms: 'sinch-mms' } });
  });

  it('take a door of Sinch that has an address, and leave the other one with the simulator', async () => {
    const sms = {
      SINCH_BASE_URL: 'https://us.sms.api.sinch.com',
      SINCH_SERVICE_PLAN_ID: 'p',
      SINCH_API_TOKEN: 't',
    };
    const { SINCH_BASE_URL, ...others } = sms;
    const real = { ...sms, PUBLIC_URL: 'https://tidings.example.com' };
    const { seed, embedded } = await settings(real);
    expect(seed.mode).toBe('allow-list');
    expect(seed.integrations.map(({ baseUrl }) => new URL(baseUrl).hostname)).toEqual([
      '127.0.0.1',
      'us.sms.api.sinch.com',
      '127.0.0.1',
    ]);
    expect(embedded.simulator).toBe(true);
    expect(await refusal({ SINCH_BASE_URL })).toMatch(
      /^SINCH_SERVICE_PLAN_ID, SINCH_API_TOKEN must be set: /,
    );
    expect((await settings(others)).seed.mode).toBe('simulator');
  });

  it('with a real provider want its key', async () => {
    const { INFOBIP_BASE_URL } = PROVIDER;
    expect(await refusal({ INFOBIP_BASE_URL })).toMatch(/^INFOBIP_API_KEY must be set: /);
  });

  it('want the address at which a real provider reaches them', async () => {
    expect(await refusal({ ...PROVIDER, PUBLIC_URL: '' })).toMatch(/^PUBLIC_URL must be set: /);
    const local = { INFOBIP_BASE_URL: 'http://localhost:7302', INFOBIP_API_KEY: 'k' };
    expect((await settings(local)).addresses.api).toMatch(/^http:\/\/127\.0\.0\.1:/);
  });

  const SECRET = 'a secret of webhooks';
  const SINCH = {
    ...{ SINCH_BASE_URL: 'https://us.sms.api.sinch.com', SINCH_SERVICE_PLAN_ID: 'p', SINCH_API_TOKEN: 't' },
    PUBLIC_URL: 'https://tidings.example.com',
  };

  it.each([
    ['INFOBIP', 'basic', 'INFOBIP_WEBHOOK_USERNAME, INFOBIP_WEBHOOK_SECRET'],
    ['INFOBIP', 'header', 'INFOBIP_WEBHOOK_SECRET'],
    ['INFOBIP', 'hmac', 'INFOBIP_WEBHOOK_SECRET'],
    ['SINCH', 'basic', 'SINCH_WEBHOOK_USERNAME, SINCH_WEBHOOK_SECRET'],
    ['SINCH', 'header', 'SINCH_WEBHOOK_SECRET'],
    ['SINCH', 'sinch', 'SINCH_WEBHOOK_SECRET'],
  ])('want what the provider needs to prove webhooks: %s, %s', async (vendor, auth, missing) => {
    const variables = { ...(vendor === 'SINCH' ? SINCH : PROVIDER), [`${vendor}_WEBHOOK_AUTH`]: auth };
    expect(await refusal(variables)).toBe(`${missing} must be set: ${vendor}_WEBHOOK_AUTH is ${auth}.`);
  });

  it.each([
    ['basic', { username: 'reports' }],
    ['header', { header: 'x-sinch' }],
    ['sinch', {}],
  ])('make an integration of Sinch whose webhooks can be proven by %s', async (auth, named) => {
    const { seed } = await settings({
      ...{ ...SINCH, SINCH_WEBHOOK_AUTH: auth, SINCH_WEBHOOK_SECRET: SECRET },
      ...('username' in named && { SINCH_WEBHOOK_USERNAME: named.username }),
      ...('header' in named && { SINCH_WEBHOOK_HEADER: named.header }),
    });
    const sinch = seed.integrations.find(({ key }) => key === 'sinch-sms');
    expect(sinch?.webhook).toEqual({ settings: { auth, ...named }, secret: SECRET });
    expect(webhookSettingsSchema.parse(sinch?.webhook.settings)).toEqual({ auth, ...named });
  });

  it('use a real Temporal where there is one', async () => {
    const stack = await settings({ TEMPORAL_ADDRESS: 'temporal.example.com:7233' });
    expect(stack).toMatchObject({ embedded: { temporal: false }, addresses: { temporalUi: undefined } });
  });

  it('name the variable whose port is taken', async () => {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = String(typeof address === 'object' ? address?.port : 0);
    expect(await refusal({ API_PORT: port })).toBe(
      `API_PORT ${port} is taken by another program. Stop it or choose another port.`,
    );
    server.close();
  });
});

describe('the secrets of a data folder', () => {
  it('are made once and found again', async () => {
    const first = await settings();
    const second = await settings();
    expect(second.secrets).toEqual(first.secrets);
    expect(second.apiKey).toBe(first.apiKey);
    expect(new Set(Object.values(first.secrets)).size).toBe(5);
  });

  it('can be read by their owner only', async () => {
    await settings();
    for (const name of await readdir(home)) {
      expect([name, (await stat(path.join(home, name))).mode & 0o077]).toEqual([name, 0]);
      expect(await readFile(path.join(home, name), 'utf8')).not.toBe('');
    }
  });
});
