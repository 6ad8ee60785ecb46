import type { Queryable } from './pool.ts';

export type IdempotentIds = 'verified' | 'assumed' | 'no';

/** An account at a provider, without its secrets. */
export interface IntegrationRow {
  readonly id: string;
  readonly key: string;
  readonly provider: string;
  readonly variablePrefix: string;
  readonly messagesPerCall: number;
  readonly idempotentIds: IdempotentIds;
}

/** The columns of {@link IntegrationRow}, of a table or alias `integration`, as one JSON object. */
export const INTEGRATION_JSON = `jsonb_build_object(
  'id', integration.id, 'key', integration.key, 'provider', integration.provider,
  'variablePrefix', integration.variable_prefix, 'messagesPerCall', integration.messages_per_call,
  'idempotentIds', integration.idempotent_ids)`;

/** @returns undefined when there is no such integration */
export async function readIntegration(database: Queryable, id: string): Promise<IntegrationRow | undefined> {
  const { rows } = await database.query<{ integration: IntegrationRow }>(
    `SELECT ${INTEGRATION_JSON} AS integration FROM integration WHERE id = $1`,
    [id],
  );
  return rows[0]?.integration;
}
