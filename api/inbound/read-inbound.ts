import type { Queryable } from '../../database/pool.ts';
import type { Channel } from '../../domain/channel.ts';
import type { TextState } from '../../domain/awaited-text.ts';
import type { Keyword } from '../../domain/keyword.ts';
import type { PageQuery } from '../paging.ts';

/** An inbound message as the API shows it. */
export interface InboundView {
  readonly id: string;
  readonly integration: string;
  readonly channel: Channel;
  readonly phone: string | null;
  readonly customerIds: readonly string[];
  readonly sender: string;
  readonly subject: string | null;
  readonly text: string | null;
  readonly textState: TextState | null;
  readonly media: readonly string[];
  readonly keyword: Keyword | null;
  readonly providerKeyword: string | null;
  readonly providerMessageId: string | null;
  readonly at: Date;
  readonly receivedAt: Date;
  readonly erasedAt: Date | null;
}

export interface InboundFilter extends PageQuery {
  readonly recipientId?: bigint | undefined;
  readonly keyword?: Keyword | undefined;
}

/** A page of a project's inbound messages, the last received first, and one more if there is one. */
export async function listInbound(
  database: Queryable,
  projectId: string,
  { recipientId, keyword, limit, cursor }: InboundFilter,
): Promise<readonly InboundView[]> {
  const { rows } = await database.query<InboundView>(
    `SELECT inbound.id, integration.key AS integration, channel, from_number AS phone, customers AS "customerIds", sender,
            subject, text, text_state AS "textState", media, keyword, provider_keyword AS "providerKeyword",
            provider_message_id AS "providerMessageId", at, received_at AS "receivedAt", erased_at AS "erasedAt"
     FROM inbound_message AS inbound JOIN integration ON integration.id = inbound.integration_id
     WHERE inbound.project_id = $1 AND ($2::bigint IS NULL OR recipient_id = $2) AND ($3::text IS NULL OR keyword = $3)
       AND ($4::timestamptz IS NULL OR (received_at, inbound.id) < ($4, $5::uuid))
     ORDER BY received_at DESC, inbound.id DESC LIMIT $6`,
    [projectId, recipientId ?? null, keyword ?? null, cursor?.at ?? null, cursor?.id ?? null, limit + 1],
  );
  return rows;
}
