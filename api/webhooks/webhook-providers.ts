import { setTimeout as pause } from 'node:timers/promises';
import { readIntegration } from '../../database/read-integration.ts';
import type { MessageProvider, RawWebhook } from '../../providers/provider.ts';
import { isUuid } from '../customers/read-customer.ts';
import type { ApiDependencies } from '../dependencies.ts';

/** How long an integration's row is believed. */
const BELIEVED_MS = 1_000;
/** How long webhooks that are refused wait for one reading of the row together: forged ones cost no more than that. */
const GATHER_MS = 20;

interface Known {
  readonly provider: MessageProvider;
  readonly readAt: number;
}

/** Whose webhooks are taken: adapters of integrations, read again and again since their secrets change. */
export class WebhookProviders {
  private readonly deps: Pick<ApiDependencies, 'pool' | 'providers'>;
  private readonly known = new Map<string, Known>();
  /** Readings that have not begun yet, by integration. */
  private readonly coming = new Map<string, Promise<MessageProvider | undefined>>();

  constructor(deps: Pick<ApiDependencies, 'pool' | 'providers'>) {
    this.deps = deps;
  }

  /**
   * Whom a webhook comes from: `unknown` when there is no such integration, `forged` when it is not proven.
   *
   * One that is not proven is held against the row as it is after it came in: its secret may just have been changed, and Sinch
   * does not post again what was refused.
   */
  async senderOf(
    integrationId: string,
    webhook: RawWebhook,
  ): Promise<MessageProvider | 'unknown' | 'forged'> {
    if (!isUuid(integrationId)) return 'unknown';
    const provider = this.believed(integrationId) ?? (await this.readSoon(integrationId, 0));
    if (!provider) return 'unknown';
    if (provider.verifyWebhook(webhook)) return provider;
    const now = await this.readSoon(integrationId, GATHER_MS);
    return now && now !== provider && now.verifyWebhook(webhook) ? now : 'forged';
  }

  private believed(integrationId: string): MessageProvider | undefined {
    const known = this.known.get(integrationId);
    return known && performance.now() - known.readAt < BELIEVED_MS ? known.provider : undefined;
  }

  /** Reads the row once for all who ask before the reading begins. */
  private readSoon(integrationId: string, afterMs: number): Promise<MessageProvider | undefined> {
    const coming = this.coming.get(integrationId) ?? this.readAfter(integrationId, afterMs);
    this.coming.set(integrationId, coming);
    return coming;
  }

  private async readAfter(integrationId: string, afterMs: number): Promise<MessageProvider | undefined> {
    await pause(afterMs);
    this.coming.delete(integrationId);
    const readAt = performance.now();
    const integration = await readIntegration(this.deps.pool, integrationId);
    if (!integration) return undefined;
    const provider = this.deps.providers.get(integration);
    this.known.set(integrationId, { provider, readAt });
    return provider;
  }
}
