import { ProviderRegistry } from '../../providers/registry.ts';

const SECRETS = {
  INFOBIP: {
    baseUrl: 'http://127.0.0.1:1',
    apiKey: 'key',
    webhookAuth: { kind: 'token', secret: 'a secret of sixteen' },
  },
} as const;

describe('the registry of providers', () => {
  it('makes one adapter an integration and keeps it', async () => {
    const registry = new ProviderRegistry(SECRETS, 'https://tidings.example.com');
    const one = { id: 'one', provider: 'infobip', variablePrefix: 'INFOBIP' };
    expect(registry.get(one)).toBe(registry.get(one));
    expect(registry.get({ ...one, id: 'two' })).not.toBe(registry.get(one));
    expect(registry.get(one).reportUrl('sms')).toMatch(
      /^https:\/\/tidings\.example\.com\/webhooks\/one\/reports\/sms\/[\w-]{43}$/,
    );
    await registry.close();
  });

  it.each([
    ['http://127.0.0.1:7302', true],
    ['http://localhost:7302', true],
    ['http://[::1]:7302', true],
    ['https://x.api.infobip.com', false],
    ['http://127.0.0.1.example.com', false],
    ['http://10.0.0.1:7302', false],
  ])('knows whether a provider is on this machine: %s', (baseUrl, isLocal) => {
    const secrets = { INFOBIP: { ...SECRETS.INFOBIP, baseUrl } };
    const registry = new ProviderRegistry(secrets, 'https://tidings.example.com');
    expect(registry.isLocal({ id: 'one', provider: 'infobip', variablePrefix: 'INFOBIP' })).toBe(isLocal);
  });

  it('names the variables that an integration misses', () => {
    const registry = new ProviderRegistry(SECRETS, 'https://tidings.example.com');
    for (const ref of [
      { id: 'x', provider: 'infobip', variablePrefix: 'OTHER' },
      { id: 'y', provider: 'carrier_pigeon', variablePrefix: 'INFOBIP' },
      { id: 'z', provider: 'constructor', variablePrefix: '__proto__' },
    ]) {
      expect(() => registry.get(ref)).toThrow(
        expect.objectContaining({
          code: 'integration_not_configured',
          message: expect.stringContaining(`${ref.variablePrefix}_API_KEY`) as string,
        }) as Error,
      );
    }
  });
});
