import type { Pool } from '../database/pool.ts';
import type { Stop } from './stops.ts';

/** What the database keeps of the claims of one message. */
export interface ClaimTrace {
  /** The latest claim that its row tells of, a repeat's as well. */
  readonly latest: number;
  /** Calls that were made and recorded: the claim of each was committed less than a second before its start. */
  readonly calls: readonly { readonly from: number; readonly to: number }[];
}

/** Every claim sets when the receipt is due, and nothing else does; that of a repeat leaves `claimed_at` as it is. */
const LATEST = (deadline: string): string =>
  `greatest(claimed_at, receipt_due_at - make_interval(secs => ${deadline} / 1000.0))`;
/** A call that was dropped or found nobody says nothing of the age of its claim; one that was refused has the provider's code. */
const WAS_MADE = `(submission.outcome <> 'unsent' OR submission.status_code ~ '^E?[0-9]+$')`;
/** How long after its claim a call may start. */
const CALL_START = `interval '1 second'`;

/** Messages that were claimed after the opt-out of their number, by the clock of the database. */
export async function countLateClaims(pool: Pool, receiptDeadlineMs: number): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    `SELECT count(*) FROM message JOIN recipient ON recipient.id = message.recipient_id
     WHERE ${LATEST('$1::float8')} > opted_out_at OR (opted_out_at IS NOT NULL AND EXISTS (
       SELECT FROM submission WHERE submission.month = message.month AND message.id = ANY (message_ids)
         AND ${WAS_MADE} AND started_at > opted_out_at + ${CALL_START}))`,
    [receiptDeadlineMs],
  );
  return Number(rows[0]?.count ?? Number.NaN);
}

export async function readClaimTraces(
  pool: Pool,
  ids: readonly string[],
  receiptDeadlineMs: number,
): Promise<ReadonlyMap<string, ClaimTrace>> {
  const { rows } = await pool.query<{ id: string; latest: Date; starts: number[]; ends: number[] }>(
    `SELECT message.id, ${LATEST('$2::float8')} AS latest, made.starts, made.ends FROM message CROSS JOIN LATERAL (
       SELECT coalesce(array_agg(started_ms), '{}') AS starts,
              coalesce(array_agg(started_ms + duration_ms), '{}') AS ends
       FROM (SELECT extract(epoch FROM started_at)::float8 * 1000 AS started_ms, duration_ms FROM submission
             WHERE submission.month = message.month AND message.id = ANY (message_ids) AND ${WAS_MADE}) AS call) AS made
     WHERE message.id::text = ANY ($1::text[]) AND claimed_at IS NOT NULL`,
    [ids, receiptDeadlineMs],
  );
  return new Map(
    rows.map(({ id, latest, starts, ends }) => {
      const calls = starts.map((from, index) => ({ from, to: ends[index] ?? from }));
      return [id, { latest: latest.getTime(), calls }];
    }),
  );
}

/** When each number has opted out, by its digits, as it was written under its lock; none of those that nobody heard. */
export async function readOptOuts(pool: Pool, stops: readonly Stop[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ phone: string; at: Date }>(
    `SELECT customer.phone, max(opted_out_at) AS at FROM customer
     JOIN recipient ON recipient.id = customer.recipient_id
     WHERE opted_out_at IS NOT NULL AND customer.phone = ANY ($1::text[]) GROUP BY 1`,
    [stops.map(({ phone }) => phone)],
  );
  return new Map(rows.map(({ phone, at }) => [digitsOf(phone), at.getTime()]));
}

/** A number, whichever way it is written. */
export function digitsOf(number: string): string {
  return number.replace('+', '');
}
