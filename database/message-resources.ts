import { PermanentError } from '../domain/errors.ts';
import type { Channel } from '../domain/channel.ts';
import type { ConsentClass } from '../domain/gate.ts';
import type { Queryable } from './pool.ts';

export type IdempotentIds = 'verified' | 'assumed' | 'no';

export interface IntegrationRow {
  readonly id: string;
  readonly key: string;
  readonly provider: string;
  readonly variablePrefix: string;
  readonly messagesPerCall: number;
  readonly idempotentIds: IdempotentIds;
}

/** What a message node names by key, as it is now: none of it is frozen at launch. */
export interface MessageResources {
  readonly categoryId: string;
  readonly consentClass: ConsentClass;
  readonly senderId: string;
  readonly integration: IntegrationRow;
}

/** @throws PermanentError `message_resources_missing` when the category, the sender or its integration is gone */
export async function readMessageResources(
  database: Queryable,
  projectId: string,
  { sender, category, channel }: { sender: string; category: string; channel: Channel },
): Promise<MessageResources> {
  const { rows } = await database.query<{
    category_id: string;
    class: ConsentClass;
    sender_id: string;
    id: string;
    key: string;
    provider: string;
    variable_prefix: string;
    messages_per_call: number;
    idempotent_ids: IdempotentIds;
  }>({
    name: `message-resources-${channel}`,
    text: `
      SELECT category.id AS category_id, category.class, profile.id AS sender_id, integration.id, integration.key,
             integration.provider, integration.variable_prefix, integration.messages_per_call,
             integration.idempotent_ids
      FROM consent_category AS category
      JOIN sender_profile AS profile ON profile.project_id = category.project_id AND profile.key = $2
      JOIN integration ON integration.id = profile.${channel}_integration_id
      WHERE category.project_id = $1 AND category.key = $3`,
    values: [projectId, sender, category],
  });
  const [row] = rows;
  if (!row) {
    throw new PermanentError(
      'message_resources_missing',
      `The project has no category "${category}", no sender "${sender}", or the sender has no ${channel} integration.`,
    );
  }
  return {
    categoryId: row.category_id,
    consentClass: row.class,
    senderId: row.sender_id,
    integration: {
      id: row.id,
      key: row.key,
      provider: row.provider,
      variablePrefix: row.variable_prefix,
      messagesPerCall: row.messages_per_call,
      idempotentIds: row.idempotent_ids,
    },
  };
}
