import type { Connection } from './pool.ts';
import { abandonIdProbes } from './write-id-probe.ts';

/** Channels through which an integration is used, by the key of the sender. */
export interface SenderUse {
  readonly sender: string;
  readonly channels: readonly ('mms' | 'sms')[];
}

/** The senders that send through an integration, kept as they are until the end of the transaction. */
export async function lockUses(connection: Connection, integrationId: string): Promise<readonly SenderUse[]> {
  const { rows } = await connection.query<SenderUse>(
    `SELECT key AS sender,
            array_remove(ARRAY[CASE WHEN mms_integration_id = $1 THEN 'mms' END,
                               CASE WHEN sms_integration_id = $1 THEN 'sms' END], NULL) AS channels
     FROM sender_profile WHERE $1 IN (mms_integration_id, sms_integration_id)
     ORDER BY key FOR NO KEY UPDATE`,
    [integrationId],
  );
  return rows;
}

/**
 * Removes an integration: nothing new is sent through it, and its senders go on through the replacement.
 *
 * The row stays, under another key, for the reports and look-ups of what it has sent; its credentials are erased later.
 */
export async function removeIntegration(
  connection: Connection,
  integrationId: string,
  replacementId: string | undefined,
): Promise<void> {
  if (replacementId !== undefined) {
    for (const channel of ['mms', 'sms'])
      await connection.query(
        `UPDATE sender_profile SET ${channel}_integration_id = $2 WHERE ${channel}_integration_id = $1`,
        [integrationId, replacementId],
      );
  }
  await connection.query(
    `UPDATE integration SET removed_at = now(), changed_at = now(), key = key || '~' || left(id::text, 8) WHERE id = $1`,
    [integrationId],
  );
  await abandonIdProbes(connection, integrationId, 'integration_removed');
}
