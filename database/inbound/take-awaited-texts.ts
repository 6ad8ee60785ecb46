import type { AwaitedText } from '../../domain/awaited-text.ts';
import { DUE_BY } from '../due-by.ts';
import type { Queryable } from '../pool.ts';

/**
 * Takes texts of inbound messages whose next try is due; for `leaseMs` they are nobody else's.
 *
 * That a try is made is counted before it is: one that ends its process each time comes to an end too.
 */
export async function takeAwaitedTexts(
  database: Queryable,
  limit: number,
  leaseMs: number,
): Promise<readonly AwaitedText[]> {
  const { rows } = await database.query<AwaitedText>(
    `WITH due AS (
       SELECT month, integration_id, event_key FROM inbound_message
       WHERE text_due_at <= ${DUE_BY} ORDER BY text_due_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
     UPDATE inbound_message AS inbound SET text_attempts = text_attempts + 1,
       text_due_at = clock_timestamp() + make_interval(secs => $2)
     FROM due WHERE inbound.month = due.month AND inbound.integration_id = due.integration_id
       AND inbound.event_key = due.event_key
     RETURNING inbound.month, inbound.integration_id AS "integrationId", inbound.event_key AS "eventKey",
       text_url AS url, text_attempts AS attempts`,
    [limit, leaseMs / 1_000],
  );
  return rows;
}

/** Whether an integration's project is in mode `simulator`, where files may be on this machine. */
export async function isInModeSimulator(database: Queryable, integrationId: string): Promise<boolean> {
  const { rowCount } = await database.query(
    `SELECT FROM project JOIN integration ON integration.project_id = project.id
     WHERE integration.id = $1 AND mode = 'simulator'`,
    [integrationId],
  );
  return rowCount === 1;
}
