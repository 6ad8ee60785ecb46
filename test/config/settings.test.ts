import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { ConfigurationError } from '../../config/environment.ts';
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
        integration: { idempotentIds: 'verified', messagesPerCall: 1 },
      },
      environment: { TIMINGS: 'demo' },
    });
    expect(stack.apiKey).toMatch(/^tdg_/);
  });

  it('with a real provider call nobody but test numbers, with the timings of production', async () => {
    const stack = await settings({ ...PROVIDER, TEST_NUMBERS: '+12125550100' });
    expect(stack).toMatchObject({
      embedded: { postgres: true, temporal: true, simulator: false },
      seed: { mode: 'allow-list', integration: { idempotentIds: 'assumed' } },
      environment: { TIMINGS: 'production', ...PROVIDER },
    });
    expect(await refusal({ ...PROVIDER, MODE: 'simulator' })).toMatch(/^MODE simulator needs/);
  });

  it('take the timings that are named', async () => {
    expect((await settings({ TIMINGS: 'production' })).environment['TIMINGS']).toBe('production');
    expect((await settings({ ...PROVIDER, TIMINGS: 'demo' })).environment['TIMINGS']).toBe('demo');
  });

  it('refuse the mode live', async () => {
    expect(await refusal({ MODE: 'live' })).toMatch(/^MODE live is refused/);
    expect(await refusal({ ...PROVIDER, MODE: 'live' })).toMatch(/^MODE live is refused/);
  });

  it('with a real database want the PHONE_KEY that belongs to it', async () => {
    expect(await refusal(DATABASE)).toMatch(/^PHONE_KEY must be set: with DATABASE_URL/);
    const stack = await settings({ ...DATABASE, PHONE_KEY });
    expect(stack).toMatchObject({ embedded: { postgres: false }, environment: { ...DATABASE, PHONE_KEY } });
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

  it('want a user name where webhooks are proven by one', async () => {
    const basic = { ...PROVIDER, INFOBIP_WEBHOOK_AUTH: 'basic' };
    expect(await refusal(basic)).toMatch(/^INFOBIP_WEBHOOK_USERNAME must be set/);
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
    expect(new Set(Object.values(first.secrets)).size).toBe(4);
  });

  it('can be read by their owner only', async () => {
    await settings();
    for (const name of await readdir(home)) {
      expect([name, (await stat(path.join(home, name))).mode & 0o077]).toEqual([name, 0]);
      expect(await readFile(path.join(home, name), 'utf8')).not.toBe('');
    }
  });
});
