import type { CredentialKey } from '../../domain/credential-key.ts';
import { ProviderRegistry, type IntegrationRef } from '../../providers/registry.ts';
import { memoryOfSavedContent } from './saved-content.ts';
import { secretsReader } from '../../database/integration-secrets.ts';
import { SecretBox } from '../../database/secret-box.ts';
import type { SeedIntegration } from '../../database/seed-wish.ts';

/** The key under which tests store credentials. */
export const TEST_KEY: CredentialKey = { id: 'test', key: Buffer.alloc(32, 7) };
export const TEST_BOX = new SecretBox([TEST_KEY]);
export const TEST_SECRETS = secretsReader([TEST_KEY]);
/** Adapters of integrations whose credentials are under that key. */
export function testRegistry(publicUrl: string): ProviderRegistry {
  return new ProviderRegistry({
    secretsOf: TEST_SECRETS,
    publicUrl,
    savedContent: memoryOfSavedContent(),
  });
}
export const WEBHOOK_SECRET = 'a webhook secret for tests';

/** An account at Infobip, of which nobody is there unless told otherwise. */
export function infobipSeed(
  more: Partial<SeedIntegration> & { readonly apiKey?: string } = {},
): SeedIntegration {
  const { apiKey = 'simulated', ...rest } = more;
  return {
    key: 'infobip',
    provider: 'infobip',
    baseUrl: 'http://127.0.0.1:1',
    settings: {},
    credentials: { apiKey },
    webhook: { settings: { auth: 'token' }, secret: WEBHOOK_SECRET },
    messagesPerCall: 1,
    idempotentIds: 'verified',
    ...rest,
  };
}

/** For a registry that makes the same adapter of everything. */
export const NO_INTEGRATION: IntegrationRef = {
  id: '',
  key: '',
  revision: 1,
  provider: '',
  baseUrl: null,
  settings: {},
  webhook: {},
  sealed: null,
};
