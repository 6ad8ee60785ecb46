import { serviceConfig } from '../../config/service.ts';
import { simulatorConfig } from '../../config/simulator.ts';

const MINIMUM = {
  DATABASE_URL: 'postgresql://tidings:secret@db.example.com/tidings',
  PHONE_KEY: 'a phone key of at least thirty-two letters',
  TEMPORAL_ADDRESS: 'temporal.example.com:7233',
  PUBLIC_URL: 'https://tidings.example.com',
  TIMINGS: 'production',
};
const INFOBIP = {
  INFOBIP_BASE_URL: 'https://x.api.infobip.com',
  INFOBIP_API_KEY: 'key',
  INFOBIP_WEBHOOK_SECRET: 'a secret of sixteen',
};

describe('the configuration of a service', () => {
  it('names everything that it can not run without', () => {
    expect(() => serviceConfig({})).toThrow(
      /^DATABASE_URL, PHONE_KEY, TEMPORAL_ADDRESS, PUBLIC_URL, TIMINGS must be set: /,
    );
    for (const name of Object.keys(MINIMUM))
      expect(() => serviceConfig({ ...MINIMUM, [name]: '' })).toThrow(new RegExp(`^${name} must be set`));
  });

  it('has defaults for the rest', () => {
    expect(serviceConfig(MINIMUM)).toMatchObject({
      temporal: { address: 'temporal.example.com:7233', namespace: 'default', tls: false, apiKey: undefined },
      api: { host: '127.0.0.1', port: 7_300 },
      timings: { profile: 'production' },
      testNumbers: [],
      integrations: {},
    });
  });

  it('speaks TLS to a Temporal that asks for a key', () => {
    expect(serviceConfig({ ...MINIMUM, TEMPORAL_API_KEY: 'k' }).temporal).toMatchObject({
      tls: true,
      apiKey: 'k',
    });
    expect(serviceConfig({ ...MINIMUM, TEMPORAL_API_KEY: 'k', TEMPORAL_TLS: 'false' }).temporal.tls).toBe(
      false,
    );
  });

  it('takes an integration whole or not at all', () => {
    expect(serviceConfig({ ...MINIMUM, ...INFOBIP }).integrations).toEqual({
      INFOBIP: {
        baseUrl: 'https://x.api.infobip.com',
        apiKey: 'key',
        webhookAuth: { kind: 'token', secret: 'a secret of sixteen' },
      },
    });
    const { INFOBIP_BASE_URL, INFOBIP_API_KEY } = INFOBIP;
    for (const part of [{ INFOBIP_BASE_URL }, { INFOBIP_API_KEY }, { INFOBIP_BASE_URL, INFOBIP_API_KEY }])
      expect(() => serviceConfig({ ...MINIMUM, ...part })).toThrow(/INFOBIP_WEBHOOK_SECRET.* must be set/);
  });

  it('asks for what each way to prove a webhook needs', () => {
    const auth = (more: Record<string, string>): unknown =>
      serviceConfig({ ...MINIMUM, ...INFOBIP, ...more }).integrations['INFOBIP']?.webhookAuth;
    const secret = INFOBIP.INFOBIP_WEBHOOK_SECRET;
    expect(() => auth({ INFOBIP_WEBHOOK_AUTH: 'basic' })).toThrow(/^INFOBIP_WEBHOOK_USERNAME must be set/);
    expect(auth({ INFOBIP_WEBHOOK_AUTH: 'basic', INFOBIP_WEBHOOK_USERNAME: 'u' })).toEqual({
      kind: 'basic',
      username: 'u',
      secret,
    });
    expect(auth({ INFOBIP_WEBHOOK_AUTH: 'hmac' })).toEqual({ kind: 'hmac', header: 'x-signature', secret });
    expect(auth({ INFOBIP_WEBHOOK_AUTH: 'header', INFOBIP_WEBHOOK_HEADER: 'X-Key' })).toEqual({
      kind: 'header',
      header: 'X-Key',
      secret,
    });
  });
});

describe('the configuration of the simulator', () => {
  it('names what it can not run without and has defaults for the rest', () => {
    expect(() => simulatorConfig({})).toThrow(/^TIDINGS_HOME, SIMULATOR_PORT, INFOBIP_API_KEY must be set: /);
    const config = simulatorConfig({ TIDINGS_HOME: '/x', SIMULATOR_PORT: '7302', INFOBIP_API_KEY: 'k' });
    expect(config).toMatchObject({ port: 7_302, latencyMs: 5, reportDelayMs: 1_000, lookupLagMs: 0 });
  });
});
