import { randomBytes } from 'node:crypto';
import type { Channel } from '../domain/channel.ts';
import type { IdProbeReason } from '../domain/id-probe.ts';
import { monthOf } from '../domain/identity.ts';
import type { Queryable } from './pool.ts';

/** A probe of an account's ids, to be made. */
export interface NewIdProbe {
  readonly integrationId: string;
  readonly channel: Channel;
  readonly senderId: string;
  /** The sender's value as the provider takes it. */
  readonly sender: string;
  readonly testRecipientId: string;
  readonly recipientId: string;
}

/**
 * Stores a probe, which a pump makes. The integration must be locked.
 * @returns undefined while another one of the integration is open
 */
export async function insertIdProbe(database: Queryable, probe: NewIdProbe): Promise<string | undefined> {
  const id = newIdProbeId(Date.now());
  const { rowCount } = await database.query(
    `INSERT INTO id_probe (id, integration_id, channel, sender_id, sender, test_recipient_id, recipient_id, due_at)
     SELECT $1, $2, $3, $4, $5, $6, $7, clock_timestamp()
     WHERE NOT EXISTS (SELECT FROM id_probe WHERE integration_id = $2 AND ended_at IS NULL)`,
    [
      id,
      probe.integrationId,
      probe.channel,
      probe.senderId,
      probe.sender,
      probe.testRecipientId,
      probe.recipientId,
    ],
  );
  return rowCount === 1 ? id : undefined;
}

/** Ends what is to be found out, or was found out, about an account that the integration does not name any more. */
export async function abandonIdProbes(
  database: Queryable,
  integrationId: string,
  reason: IdProbeReason,
): Promise<void> {
  await database.query(
    `UPDATE id_probe SET state = 'abandoned', reason = $2, due_at = NULL, call_token = NULL,
       ended_at = coalesce(ended_at, clock_timestamp())
     WHERE integration_id = $1 AND state NOT IN ('failed', 'abandoned')`,
    [integrationId, reason],
  );
}

/** Of these ids, by the integration that they were told through, those of probes. */
export async function findIdProbes(
  database: Queryable,
  told: readonly { readonly messageId: string; readonly integrationId: string }[],
): Promise<ReadonlySet<string>> {
  const ids = told.filter(({ messageId }) => ID_PROBE_ID.test(messageId));
  if (ids.length === 0) return new Set();
  const { rows } = await database.query<{ id: string }>(
    `SELECT probe.id FROM id_probe AS probe
     JOIN unnest($1::uuid[], $2::uuid[]) AS told (id, integration_id)
       ON told.id = probe.id AND told.integration_id = probe.integration_id`,
    [ids.map(({ messageId }) => messageId), ids.map(({ integrationId }) => integrationId)],
  );
  return new Set(rows.map(({ id }) => id));
}

/** As ids of messages, but for the `b`: no message can have it. */
const ID_PROBE_ID = /^20\d{4}[0-9a-f]{2}-[0-9a-f]{4}-8[0-9a-f]{3}-b[0-9a-f]{3}-[0-9a-f]{12}$/;

function newIdProbeId(nowMs: number): string {
  const hex = randomBytes(12).toString('hex');
  return `${monthOf(nowMs)}${hex.slice(0, 2)}-${hex.slice(2, 6)}-8${hex.slice(6, 9)}-b${hex.slice(9, 12)}-${hex.slice(12, 24)}`;
}
