import { monthOfId } from '../domain/identity.ts';
import type { MessageContent } from '../domain/message-content.ts';
import { PRIMARY_LEG } from '../domain/fallback.ts';
import type { Queryable } from './pool.ts';

/** For how long the content of an MMS is shown. */
export const SHOWN_FOR_DAYS = 90;

/** What an MMS says, for whoever has its address. */
export interface HostedMessage {
  /** Null once its customer is erased. */
  readonly content: MessageContent | null;
  /** Whether it is too old to be shown. */
  readonly expired: boolean;
}

/** An MMS as it was rendered for its customer. @returns undefined when there is none of this id */
export async function readHostedMessage(database: Queryable, id: string): Promise<HostedMessage | undefined> {
  const { rows } = await database.query<HostedMessage>(
    `SELECT content, created_at < clock_timestamp() - make_interval(days => $3) AS expired
     FROM message WHERE month = $1 AND id = $2 AND leg = ${PRIMARY_LEG} AND channel = 'mms'`,
    [monthOfId(id), id, SHOWN_FOR_DAYS],
  );
  return rows[0];
}
