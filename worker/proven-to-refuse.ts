import type { IntegrationRow } from '../database/read-integration.ts';
import type { Channel } from '../domain/channel.ts';
import type { ProviderRegistry } from '../providers/registry.ts';

/**
 * Whether the account provably refuses an id that it has taken: as our simulator does, or as a probe of its channel has shown.
 *
 * That a database calls an account verified does not do: it may have been made for another one.
 * @throws PermanentError `integration_not_configured`
 */
export function isProvenToRefuse(
  providers: Pick<ProviderRegistry, 'isLocal'>,
  integration: IntegrationRow,
  channel: Channel,
): boolean {
  if (integration.idempotentIds !== 'verified') return false;
  return integration.verifiedChannels.includes(channel) || providers.isLocal(integration);
}

/**
 * Whether it provably does so before it looks at anything else, so that any other refusal of a repeat says that the id is new.
 *
 * So far that is known of our simulator only: a probe's repeat is refused for nothing else.
 * @throws PermanentError `integration_not_configured`
 */
export function looksAtIdsFirst(
  providers: Pick<ProviderRegistry, 'isLocal'>,
  integration: IntegrationRow,
): boolean {
  return integration.idempotentIds === 'verified' && providers.isLocal(integration);
}
