import { serviceConfig } from '../../config/service.ts';
import { simulatorConfig } from '../../config/simulator.ts';
import type { CredentialKey } from '../../domain/credential-key.ts';

const MINIMUM = {
  DATABASE_URL: 'postgresql://tidings:secret@db.example.com/tidings',
  PHONE_KEY: 'a phone key of at least thirty-two letters',
  CREDENTIAL_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
  TEMPORAL_ADDRESS: 'temporal.example.com:7233',
  PUBLIC_URL: 'https://tidings.example.com',
  TIMINGS: 'production',
};

describe('the configuration of a service', () => {
  it('names everything that it can not run without', () => {
    expect(() => serviceConfig({})).toThrow(
      /^DATABASE_URL, PHONE_KEY, CREDENTIAL_KEYS, TEMPORAL_ADDRESS, PUBLIC_URL, TIMINGS must be set: /,
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
      credentialKeys: [{ id: 'test', key: Buffer.alloc(32, 7) }],
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

  it('takes several keys of credentials, the newest first, and no other form', () => {
    const keys = (text: string): readonly CredentialKey[] =>
      serviceConfig({ ...MINIMUM, CREDENTIAL_KEYS: text }).credentialKeys;
    const [one, other] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    expect(keys(`2026:${one.toString('base64')}, 2025:${other.toString('base64url')}`)).toEqual([
      { id: '2026', key: one },
      { id: '2025', key: other },
    ]);
    const good = `a:${one.toString('base64')}`;
    for (const bad of ['x', `:${one.toString('base64')}`, 'a:c2hvcnQ=', `${good},${good}`, `${good},`])
      expect(() => keys(bad)).toThrow(/^CREDENTIAL_KEYS must be a list such as/);
  });
});

describe('the configuration of the simulator', () => {
  it('names what it can not run without and has defaults for the rest', () => {
    expect(() => simulatorConfig({})).toThrow(/^TIDINGS_HOME, SIMULATOR_PORT, INFOBIP_API_KEY must be set: /);
    const config = simulatorConfig({ TIDINGS_HOME: '/x', SIMULATOR_PORT: '7302', INFOBIP_API_KEY: 'k' });
    expect(config).toMatchObject({ port: 7_302, latencyMs: 5, reportDelayMs: 1_000, lookupLagMs: 0 });
  });
});
