import type { IntegrationRef } from '../../providers/registry.ts';
import type { IntegrationSecrets } from '../../database/integration-secrets.ts';
import {
  infobipSeed,
  NO_INTEGRATION,
  TEST_BOX,
  testRegistry,
  WEBHOOK_SECRET,
} from '../support/credentials.ts';

const PUBLIC_URL = 'https://tidings.example.com';

/** A row as it would be read from the database. */
function rowOf(
  id: string,
  more: Partial<IntegrationRef> = {},
  webhook: IntegrationSecrets['webhook'] = { secret: WEBHOOK_SECRET, formers: [] },
): IntegrationRef {
  const { key, provider, baseUrl, settings, credentials } = infobipSeed();
  const { keyId, box } = TEST_BOX.seal({ credentials, webhook }, id);
  const sealed = { keyId, box: box.toString('base64') };
  return { id, key, revision: 1, provider, baseUrl, settings, webhook: { auth: 'token' }, sealed, ...more };
}

describe('the registry of providers', () => {
  const registry = testRegistry(PUBLIC_URL);
  afterAll(() => registry.close());

  it('makes one adapter an integration and keeps it', () => {
    const one = rowOf('one');
    expect(registry.get(one)).toBe(registry.get(rowOf('one')));
    expect(registry.get(rowOf('two'))).not.toBe(registry.get(one));
    expect(registry.get(one).reportUrl('sms')).toMatch(
      /^https:\/\/tidings\.example\.com\/webhooks\/one\/reports\/sms\/[\w-]{43}$/,
    );
  });

  it('makes another one of an integration that was changed, and goes on by the older row for whoever was gated by that', () => {
    const before = registry.get(rowOf('changing'));
    const after = registry.get(
      rowOf('changing', { revision: 2 }, { secret: 'another webhook secret', formers: [] }),
    );
    expect(after.reportUrl('mms')).not.toBe(before.reportUrl('mms'));
    expect(registry.get(rowOf('changing'))).toBe(before);
    expect(registry.get(rowOf('changing', { revision: 2 }))).toBe(after);
  });

  it.each([
    ['http://127.0.0.1:7302', true],
    ['http://localhost:7302', true],
    ['http://[::1]:7302', true],
    ['https://x.api.infobip.com', false],
    ['http://127.0.0.1.example.com', false],
    ['http://10.0.0.1:7302', false],
  ])('knows whether a provider is on this machine: %s', (baseUrl, isLocal) => {
    expect(registry.isLocal(rowOf('one', { baseUrl }))).toBe(isLocal);
  });

  it.each<[string, Partial<IntegrationRef>]>([
    ['no provider of its name', { provider: 'carrier_pigeon' }],
    ['a provider named like a part of every object', { provider: 'constructor' }],
    ['no base URL', { baseUrl: null }],
    ['no credentials', { sealed: null }],
    ['settings of another provider', { provider: 'sinch-sms' }],
    ['webhooks that are proven in no known way', { webhook: { auth: 'a promise' } }],
  ])('refuses an integration with %s by its key, and says what to do', (_what, more) => {
    expect(() => registry.get(rowOf('bad', more))).toThrow(
      expect.objectContaining({
        code: 'integration_not_configured',
        message: expect.stringMatching(/^The integration "infobip" can't be used\. .*PATCH/) as string,
      }) as Error,
    );
  });

  it('can not say of an integration without an address whether it is on this machine', () => {
    expect(() => registry.isLocal(NO_INTEGRATION)).toThrow(
      expect.objectContaining({ code: 'integration_not_configured' }) as Error,
    );
  });
});
