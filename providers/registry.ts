import { isLoopback } from '../config/loopback.ts';
import type { IntegrationConfig } from '../config/service.ts';
import { PermanentError } from '../domain/errors.ts';
import { PROVIDER_NAMES, type ProviderName } from '../domain/provider-names.ts';
import { InfobipProvider } from './infobip/provider.ts';
import type { MessageProvider } from './provider.ts';

/** What the registry must know of an integration's row. */
export interface IntegrationRef {
  readonly id: string;
  readonly provider: string;
  readonly variablePrefix: string;
}

interface ProviderOptions extends IntegrationConfig {
  readonly integrationId: string;
  readonly publicUrl: string;
}

/** Every vendor by name. */
const PROVIDERS: Readonly<Record<ProviderName, (options: ProviderOptions) => MessageProvider>> = {
  infobip: (options) => new InfobipProvider(options),
};

/** The adapters of a process, one an integration, made when they are first asked for. */
export class ProviderRegistry {
  private readonly made = new Map<string, MessageProvider>();
  private readonly secrets: Readonly<Record<string, IntegrationConfig>>;
  private readonly publicUrl: string;

  /** @param secrets by the prefix of the variables that they were read from */
  constructor(secrets: Readonly<Record<string, IntegrationConfig>>, publicUrl: string) {
    this.secrets = secrets;
    this.publicUrl = publicUrl;
  }

  /** @throws PermanentError `integration_not_configured` when its provider or its variables are missing */
  get(integration: IntegrationRef): MessageProvider {
    const known = this.made.get(integration.id);
    if (known) return known;
    const create = isProviderName(integration.provider) ? PROVIDERS[integration.provider] : undefined;
    if (!create) throw notConfigured(integration);
    const made = create({
      ...this.secretsOf(integration),
      integrationId: integration.id,
      publicUrl: this.publicUrl,
    });
    this.made.set(integration.id, made);
    return made;
  }

  /** Whether the provider is on this machine, so that nothing can leave it. @throws as {@link get} */
  isLocal(integration: IntegrationRef): boolean {
    return isLoopback(this.secretsOf(integration).baseUrl);
  }

  async close(): Promise<void> {
    await Promise.all([...this.made.values()].map((provider) => provider.close()));
  }

  private secretsOf(integration: IntegrationRef): IntegrationConfig {
    const secrets = this.secrets[integration.variablePrefix];
    if (!secrets) throw notConfigured(integration);
    return secrets;
  }
}

function notConfigured({ provider, variablePrefix }: IntegrationRef): PermanentError {
  return new PermanentError(
    'integration_not_configured',
    `The integration needs the provider "${provider}" and the variables ${variablePrefix}_BASE_URL and ` +
      `${variablePrefix}_API_KEY. Set them and start again.`,
  );
}

function isProviderName(name: string): name is ProviderName {
  return (PROVIDER_NAMES as readonly string[]).includes(name);
}
