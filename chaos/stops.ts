import type { Random } from './random.ts';
import type { Rig } from './rig.ts';

/** One opt-out, from before its request to behind its answer, milliseconds since the epoch. */
export interface Stop {
  readonly phone: string;
  readonly state: string;
  readonly askedAt: number;
  readonly answeredAt: number;
}

/** Lets a number opt out through the door of the API. */
export async function stopNumber(rig: Rig, phone: string, state: string): Promise<Stop> {
  const askedAt = Date.now();
  await rig.client.call('POST', '/v1/suppressions', { phone, reason: 'rehearsal' });
  return { phone, state, askedAt, answeredAt: Date.now() };
}

/** A number of the run whose message waits or is being offered; undefined when there is none at the moment. */
export async function numberInFlight(
  rig: Rig,
  runId: string,
): Promise<{ phone: string; state: string } | undefined> {
  const rows = await rig.query<{ phone: string; state: string }>(
    `SELECT to_number AS phone, state FROM message JOIN recipient ON recipient.id = message.recipient_id
     WHERE run_id = $1 AND state IN ('queued', 'submitting') AND to_number IS NOT NULL AND opted_out_at IS NULL
     ORDER BY state, random() LIMIT 1`,
    [runId],
  );
  return rows[0];
}

/** Any number of the audience that has not opted out. */
export async function anyNumber(
  rig: Rig,
  random: Random,
): Promise<{ phone: string; state: string } | undefined> {
  const rows = await rig.query<{ phone: string; state: string }>(
    `SELECT customer.phone, 'any' AS state FROM customer JOIN recipient ON recipient.id = customer.recipient_id
     WHERE opted_out_at IS NULL AND phone_state = 'valid' AND NOT attributes ? 'rehearsal'
     ORDER BY customer.external_id OFFSET $1 LIMIT 1`,
    [random.whole(0, 90)],
  );
  return rows[0];
}
