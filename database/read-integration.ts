import type { Channel } from '../domain/channel.ts';
import type { IdempotentIds } from '../domain/idempotent-ids.ts';
import type { Queryable } from './pool.ts';

/** An account at a provider; its credentials are sealed. */
export interface IntegrationRow {
  readonly id: string;
  readonly key: string;
  readonly provider: string;
  /** Raised by every change. */
  readonly revision: number;
  readonly baseUrl: string | null;
  readonly settings: Readonly<Record<string, unknown>>;
  /** How its webhooks are proven, without the secret. */
  readonly webhook: Readonly<Record<string, unknown>>;
  readonly sealed: { readonly keyId: string; readonly box: string } | null;
  readonly messagesPerCall: number;
  /** Most messages a second; null for as many as there are. */
  readonly messagesPerSecond: number | null;
  readonly idempotentIds: IdempotentIds;
  /** Channels of which a probe has shown that the account refuses known ids. */
  readonly verifiedChannels: readonly Channel[];
}

/** The columns of {@link IntegrationRow}, of a table or alias `integration`, as one JSON object. */
export const INTEGRATION_JSON = `jsonb_build_object(
  'id', integration.id, 'key', integration.key, 'provider', integration.provider,
  'revision', integration.revision, 'baseUrl', integration.base_url, 'settings', integration.settings,
  'webhook', integration.webhook,
  'sealed', CASE WHEN integration.secrets IS NOT NULL THEN
    jsonb_build_object('keyId', integration.secrets_key_id, 'box', encode(integration.secrets, 'base64')) END,
  'messagesPerCall', integration.messages_per_call, 'messagesPerSecond', integration.messages_per_second,
  'idempotentIds', integration.idempotent_ids, 'verifiedChannels', integration.verified_channels)`;

/** @returns undefined when there is no such integration */
export async function readIntegration(database: Queryable, id: string): Promise<IntegrationRow | undefined> {
  const { rows } = await database.query<{ integration: IntegrationRow }>(
    `SELECT ${INTEGRATION_JSON} AS integration FROM integration WHERE id = $1`,
    [id],
  );
  return rows[0]?.integration;
}
