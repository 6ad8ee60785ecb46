import { isLoopback } from '../config/loopback.ts';
import { PermanentError } from '../domain/errors.ts';
import { isProviderName, PROVIDER_KINDS } from './catalogue.ts';
import type { IntegrationSecrets } from '../database/integration-secrets.ts';
import type { MessageProvider } from './provider.ts';
import type { SavedContentStore } from './saved-content.ts';
import type { WebhookProof } from './webhook-proof.ts';
import { webhookAuthOf, webhookSettingsSchema } from './webhook-settings.ts';

/** What the registry must know of an integration's row. */
export interface IntegrationRef {
  readonly id: string;
  readonly key: string;
  /** Raised by every change. */
  readonly revision: number;
  readonly provider: string;
  /** Null of one that an older release has made and nobody has configured since. */
  readonly baseUrl: string | null;
  readonly settings: unknown;
  /** How its webhooks are proven, without the secret. */
  readonly webhook: unknown;
  /** Credentials under a key of `CREDENTIAL_KEYS`, the box in base64. */
  readonly sealed: { readonly keyId: string; readonly box: string } | null;
}

/** Opens what is sealed; undefined when there is nothing. @throws PermanentError */
type SecretsOf = (integration: IntegrationRef) => IntegrationSecrets | undefined;

export interface RegistryOptions {
  readonly secretsOf: SecretsOf;
  /** Where this installation's webhooks can be reached from outside. */
  readonly publicUrl: string;
  readonly savedContent: SavedContentStore;
}

/**
 * The adapters of a process, one for each revision of an integration, made when they are first asked for.
 *
 * Whoever was gated by a row calls as that row says: a newer one may name another account. Older ones are closed with the process,
 * for calls through them may be under way.
 */
export class ProviderRegistry {
  private readonly made = new Map<string, MessageProvider>();
  private readonly secretsOf: SecretsOf;
  private readonly publicUrl: string;
  private readonly savedContent: SavedContentStore;

  constructor({ secretsOf, publicUrl, savedContent }: RegistryOptions) {
    this.secretsOf = secretsOf;
    this.publicUrl = publicUrl;
    this.savedContent = savedContent;
  }

  /**
   * @throws PermanentError `integration_not_configured` when its provider is unknown, or its settings or credentials are none of
   *   that provider's; `credentials_key_missing`, `credentials_unreadable`
   */
  get(integration: IntegrationRef): MessageProvider {
    const name = `${integration.id} ${integration.revision}`;
    const known = this.made.get(name);
    if (known) return known;
    const provider = this.make(integration);
    this.made.set(name, provider);
    return provider;
  }

  /** Whether the provider is on this machine, so that nothing can leave it. @throws PermanentError `integration_not_configured` */
  isLocal(integration: IntegrationRef): boolean {
    if (integration.baseUrl === null) throw notConfigured(integration, 'It has no base URL.');
    return isLoopback(integration.baseUrl);
  }

  async close(): Promise<void> {
    await Promise.all([...this.made.values()].map((provider) => provider.close()));
  }

  private make(integration: IntegrationRef): MessageProvider {
    const { id: integrationId, provider: name, baseUrl } = integration;
    const kind = isProviderName(name) ? PROVIDER_KINDS[name] : undefined;
    if (!kind) throw notConfigured(integration, `There is no provider "${name}".`);
    const secrets = this.secretsOf(integration);
    if (baseUrl === null || !secrets)
      throw notConfigured(integration, 'It has no base URL or no credentials.');
    const settings = kind.settings.safeParse(integration.settings);
    const credentials = kind.credentials.safeParse(secrets.credentials);
    const webhooks = proofOf(integration.webhook, secrets);
    if (!settings.success || !credentials.success || !webhooks)
      throw notConfigured(integration, `Its settings or credentials are none of ${kind.label}.`);
    return kind.create({
      integrationId,
      baseUrl,
      publicUrl: this.publicUrl,
      savedContent: this.savedContent,
      webhooks,
      settings: settings.data,
      credentials: credentials.data,
    });
  }
}

/** @returns undefined when its settings say nothing that can be used */
function proofOf(settings: unknown, { webhook }: IntegrationSecrets): WebhookProof | undefined {
  const now = webhookSettingsSchema.safeParse(settings);
  if (!now.success) return undefined;
  return {
    auth: webhookAuthOf(now.data, webhook.secret),
    formers: webhook.formers.flatMap(({ secret, settings: old, until }) => {
      const before = webhookSettingsSchema.safeParse(old);
      return before.success ? [{ auth: webhookAuthOf(before.data, secret), until }] : [];
    }),
  };
}

function notConfigured({ key }: IntegrationRef, why: string): PermanentError {
  return new PermanentError(
    'integration_not_configured',
    `The integration "${key}" can't be used. ${why} Change it with PATCH /v1/integrations/:id.`,
  );
}
