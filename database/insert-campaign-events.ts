import type { Channel } from '../domain/channel.ts';
import type { CampaignEventStatus } from '../domain/campaign-event.ts';
import { onConflict } from './as-new.ts';
import type { Queryable } from './pool.ts';

export interface NewCampaignEvent {
  readonly month: number;
  readonly id: string;
  readonly runId: string;
  readonly customerId: string;
  readonly messageId: string;
  readonly actionId: number;
  readonly channel: Channel;
  readonly status: CampaignEventStatus;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly type: Channel | null;
  readonly statusCode: string | null;
  readonly error: string | null;
  readonly parts: number | null;
}

/**
 * Appends events; one whose id is there already is the same event and is left alone.
 * @param areNew whether none of them is taken to be there: cheaper, and fails with a unique violation where that is wrong
 */
export async function insertCampaignEvents(
  database: Queryable,
  events: readonly NewCampaignEvent[],
  areNew = false,
): Promise<void> {
  if (events.length === 0) return;
  await database.query({
    name: areNew ? 'insert-new-campaign-events' : 'insert-campaign-events',
    text: `
      INSERT INTO campaign_event
        (month, id, run_id, customer_id, message_id, action_id, channel, status, at, type, status_code, error, parts)
      SELECT month, id, run_id, customer_id, message_id, action_id, channel, status, to_timestamp(at), type,
             status_code, error, parts
      FROM unnest($1::int[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::int[], $7::text[], $8::text[],
                  $9::float8[], $10::text[], $11::text[], $12::text[], $13::int[])
        AS t (month, id, run_id, customer_id, message_id, action_id, channel, status, at, type, status_code, error,
              parts)
      ${onConflict(areNew)}`,
    values: [
      events.map((event) => event.month),
      events.map((event) => event.id),
      events.map((event) => event.runId),
      events.map((event) => event.customerId),
      events.map((event) => event.messageId),
      events.map((event) => event.actionId),
      events.map((event) => event.channel),
      events.map((event) => event.status),
      events.map((event) => event.at / 1_000),
      events.map((event) => event.type),
      events.map((event) => event.statusCode),
      events.map((event) => event.error),
      events.map((event) => event.parts),
    ],
  });
}
