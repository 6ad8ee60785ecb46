import type { Random } from './random.ts';
import type { Rig } from './rig.ts';

/** One opt-out, from before its request to behind its answer, milliseconds since the epoch. */
export interface Stop {
  readonly phone: string;
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Whether its handset wrote STOP. Default false: an operator was told. */
  readonly isWritten?: boolean;
}

/** States of a message that waits or is being offered. */
const IN_FLIGHT = ['queued', 'submitting'] as const;

/** Lets a number opt out through the door of the API. */
export async function stopNumber(rig: Rig, phone: string): Promise<Stop> {
  const askedAt = Date.now();
  await rig.client.call('POST', '/v1/suppressions', { phone, reason: 'rehearsal' });
  return { phone, askedAt, answeredAt: Date.now() };
}

/** A number of the run whose message is in one of the states; undefined when there is none at the moment. */
export async function numberInFlight(
  rig: Pick<Rig, 'query'>,
  runId: string,
  states: readonly string[] = IN_FLIGHT,
): Promise<string | undefined> {
  const rows = await rig.query<{ phone: string }>(
    `SELECT to_number AS phone FROM message JOIN recipient ON recipient.id = message.recipient_id
     WHERE run_id = $1 AND state = ANY ($2::text[]) AND to_number IS NOT NULL AND opted_out_at IS NULL
     ORDER BY random() LIMIT 1`,
    [runId, states],
  );
  return rows[0]?.phone;
}

/** Any number of the audience that has not opted out. */
export async function anyNumber(rig: Rig, random: Random): Promise<string | undefined> {
  const rows = await rig.query<{ phone: string }>(
    `SELECT customer.phone FROM customer JOIN recipient ON recipient.id = customer.recipient_id
     WHERE opted_out_at IS NULL AND phone_state = 'valid' AND NOT attributes ? 'rehearsal'
     ORDER BY customer.external_id OFFSET $1 LIMIT 1`,
    [random.whole(0, 90)],
  );
  return rows[0]?.phone;
}

/**
 * Opt-outs whose commit met a message of their number that waited or was being offered.
 *
 * Whatever was chosen before the request may have been over by then: what counts is that the message was there before the
 * opt-out, that it was neither accepted nor ended until then, and that no call of it had left it in doubt.
 */
export async function countStopsInFlight(
  { pool }: Pick<Rig, 'pool'>,
  stops: readonly Stop[],
): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    `SELECT count(*) FROM unnest($1::text[]) AS stop (phone) WHERE EXISTS (
       SELECT FROM customer JOIN recipient ON recipient.id = customer.recipient_id
       JOIN message ON message.recipient_id = recipient.id
       WHERE customer.phone = stop.phone AND message.created_at <= opted_out_at
         AND opted_out_at <= coalesce(least(accepted_at, ended_at), 'infinity')
         AND NOT EXISTS (
           SELECT FROM submission WHERE submission.month = message.month AND message.id = ANY (message_ids)
             AND submission.outcome LIKE '%unknown%'
             AND started_at + make_interval(secs => duration_ms / 1000.0) < opted_out_at))`,
    [stops.map(({ phone }) => phone)],
  );
  return Number(rows[0]?.count ?? Number.NaN);
}
