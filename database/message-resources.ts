import { PermanentError } from '../domain/errors.ts';
import type { Channel } from '../domain/channel.ts';
import type { ConsentClass } from '../domain/gate.ts';
import type { Queryable } from './pool.ts';
import { INTEGRATION_JSON, type IntegrationRow } from './read-integration.ts';

/** What a message node names by key, as it is now: none of it is frozen at launch. */
export interface MessageResources {
  readonly categoryId: string;
  readonly consentClass: ConsentClass;
  readonly senderId: string;
  /** Most messages a second of the sender; null for as many as there are. */
  readonly senderRate: number | null;
  readonly integration: IntegrationRow;
}

/** @throws PermanentError `message_resources_missing` when the category, the sender or its integration is gone */
export async function readMessageResources(
  database: Queryable,
  projectId: string,
  { sender, category, channel }: { sender: string; category: string; channel: Channel },
): Promise<MessageResources> {
  const { rows } = await database.query<MessageResources>({
    name: `message-resources-${channel}`,
    text: `
      SELECT category.id AS "categoryId", category.class AS "consentClass", profile.id AS "senderId",
             profile.messages_per_second AS "senderRate",
             ${INTEGRATION_JSON} AS integration
      FROM consent_category AS category
      JOIN sender_profile AS profile ON profile.project_id = category.project_id AND profile.key = $2
      JOIN integration ON integration.id = profile.${channel}_integration_id
      WHERE category.project_id = $1 AND category.key = $3`,
    values: [projectId, sender, category],
  });
  const [row] = rows;
  if (row) return row;
  throw new PermanentError(
    'message_resources_missing',
    `The project has no category "${category}", no sender "${sender}", or the sender has no ${channel} integration.`,
  );
}
