import type { IdempotentIds, IntegrationRow } from './message-resources.ts';
import type { Queryable } from './pool.ts';

/** @returns undefined when there is no such integration */
export async function readIntegration(database: Queryable, id: string): Promise<IntegrationRow | undefined> {
  const { rows } = await database.query<{
    id: string;
    key: string;
    provider: string;
    variable_prefix: string;
    messages_per_call: number;
    idempotent_ids: IdempotentIds;
  }>(
    `SELECT id, key, provider, variable_prefix, messages_per_call, idempotent_ids FROM integration WHERE id = $1`,
    [id],
  );
  const [row] = rows;
  return (
    row && {
      id: row.id,
      key: row.key,
      provider: row.provider,
      variablePrefix: row.variable_prefix,
      messagesPerCall: row.messages_per_call,
      idempotentIds: row.idempotent_ids,
    }
  );
}
