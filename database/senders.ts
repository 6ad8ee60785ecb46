import type { Pool, Queryable } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** A sender of a project as its users see it. */
export interface Sender {
  readonly key: string;
  readonly label: string;
  /** The number, in the notation of its country's short codes or E.164 without its plus. */
  readonly value: string;
  readonly isDefault: boolean;
  /** Keys of the integrations that it sends through. */
  readonly integrations: { readonly sms: string | null; readonly mms: string | null };
  /** Null for as many as there are. */
  readonly messagesPerSecond: number | null;
}

export async function listSenders(database: Queryable, projectId: string): Promise<readonly Sender[]> {
  const { rows } = await database.query<Sender>(
    `SELECT profile.key, label, value, is_default AS "isDefault",
            jsonb_build_object('sms', sms.key, 'mms', mms.key) AS integrations,
            profile.messages_per_second AS "messagesPerSecond"
     FROM sender_profile AS profile
     LEFT JOIN integration AS sms ON sms.id = sms_integration_id
     LEFT JOIN integration AS mms ON mms.id = mms_integration_id
     WHERE profile.project_id = $1 ORDER BY profile.key`,
    [projectId],
  );
  return rows;
}

/**
 * Sets a sender's rate; slots that are reserved after the commit go by it.
 * @param check looks at the sender under its lock; throws to keep it as it is
 * @returns undefined when there is none
 */
export function changeSenderRate(
  pool: Pool,
  { projectId, key }: { readonly projectId: string; readonly key: string },
  messagesPerSecond: number | null,
  check: (current: Sender) => void,
): Promise<Sender | undefined> {
  return inTransaction(pool, async (connection) => {
    const read = async (): Promise<Sender | undefined> =>
      (await listSenders(connection, projectId)).find((sender) => sender.key === key);
    await connection.query(
      'SELECT FROM sender_profile WHERE project_id = $1 AND key = $2 FOR NO KEY UPDATE',
      [projectId, key],
    );
    const current = await read();
    if (!current) return undefined;
    check(current);
    await connection.query(
      'UPDATE sender_profile SET messages_per_second = $3 WHERE project_id = $1 AND key = $2',
      [projectId, key, messagesPerSecond],
    );
    return read();
  });
}
