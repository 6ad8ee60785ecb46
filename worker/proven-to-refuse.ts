import type { IntegrationRow } from '../database/read-integration.ts';
import type { ProviderRegistry } from '../providers/registry.ts';

/**
 * Whether the provider provably refuses an id that it has taken, before it looks at anything else.
 *
 * So far that is proven of our simulator only, and what a database says of it does not hold for a real account.
 * @throws PermanentError `integration_not_configured`
 */
export function isProvenToRefuse(
  providers: Pick<ProviderRegistry, 'isLocal'>,
  integration: IntegrationRow,
): boolean {
  return integration.idempotentIds === 'verified' && providers.isLocal(integration);
}
