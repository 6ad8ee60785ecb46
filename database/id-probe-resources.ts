import type { Channel } from '../domain/channel.ts';
import type { Queryable } from './pool.ts';

/** A test recipient to whom a probe may go. */
export interface IdProbeRecipient {
  readonly id: string;
  readonly recipientId: string;
  /** E.164. */
  readonly phone: string;
  readonly optedOut: boolean;
}

/** The test recipient of a name or, where there is none, the first one of a number. */
export async function findIdProbeRecipient(
  database: Queryable,
  projectId: string,
  { name, phone }: { readonly name: string; readonly phone: string | null },
): Promise<IdProbeRecipient | undefined> {
  const { rows } = await database.query<IdProbeRecipient>(
    `SELECT tester.id, customer.recipient_id AS "recipientId", customer.phone,
            recipient.opted_out_at IS NOT NULL AS "optedOut"
     FROM test_recipient AS tester
     JOIN customer ON customer.id = tester.customer_id
     JOIN recipient ON recipient.id = customer.recipient_id
     WHERE tester.project_id = $1 AND (tester.name = $2 OR customer.phone = $3)
     ORDER BY tester.name = $2 DESC, tester.name LIMIT 1`,
    [projectId, name, phone],
  );
  return rows[0];
}

/** A sender of a project by its key or, without one, the first that sends a channel through an integration. */
export async function findIdProbeSender(
  database: Queryable,
  projectId: string,
  {
    key,
    channel,
    integrationId,
  }: { readonly key: string | undefined; readonly channel: Channel; readonly integrationId: string },
): Promise<{ readonly id: string; readonly value: string } | undefined> {
  const { rows } = await database.query<{ id: string; value: string }>(
    `SELECT id, value FROM sender_profile
     WHERE project_id = $1 AND CASE WHEN $2::text IS NULL THEN ${channel}_integration_id = $3 ELSE key = $2 END
     ORDER BY is_default DESC, key LIMIT 1`,
    [projectId, key ?? null, integrationId],
  );
  return rows[0];
}
