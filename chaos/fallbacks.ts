import type { Pool } from '../database/pool.ts';
import { FALLBACK_LEG, PRIMARY_LEG } from '../domain/fallback.ts';
import type { LedgerRow } from '../simulators/ledger.ts';
import { acceptancesOf } from './acceptances.ts';

export interface FallbackCounts {
  /** MMS that could not be taken and have an SMS in their place. */
  readonly made: number;
  /** SMS beyond the first one in place of the same MMS. */
  readonly twice: number;
  /** MMS of which nobody says what has come of their fallback, or of which it is told wrongly. */
  readonly unsettled: number;
}

const SMS = `sms.month = mms.month AND sms.cohort_id = mms.cohort_id AND sms.action_id = mms.action_id
  AND sms.pass = mms.pass AND sms.member_index = mms.member_index AND sms.leg = ${FALLBACK_LEG}`;
/** Whether it has left, or may have. */
const LEFT = `sms.state NOT IN ('queued', 'submitting', 'cancelled')`;

/** Holds the SMS in place of MMS against the providers' ledgers, after all runs have ended. */
export async function countFallbacks(pool: Pool, ledger: readonly LedgerRow[]): Promise<FallbackCounts> {
  const taken = acceptancesOf(ledger).flatMap(({ id, channel }) => (channel === 'sms' ? [id] : []));
  const { rows } = await pool.query<Record<keyof FallbackCounts, string>>(
    `WITH taken AS (
       SELECT message.* FROM unnest($1::text[]) AS t (id) JOIN message ON message.id::text = t.id
       WHERE leg = ${FALLBACK_LEG}
     ), mms AS (SELECT * FROM message WHERE leg = ${PRIMARY_LEG} AND fallback IS NOT NULL)
     SELECT
       (SELECT count(*) FROM mms WHERE fallback = 'made') AS made,
       (SELECT count(*) FROM taken)
         - (SELECT count(*) FROM (SELECT DISTINCT cohort_id, member_index, action_id, pass FROM taken) AS t) AS twice,
       (SELECT count(*) FROM mms WHERE CASE fallback
          WHEN 'made' THEN NOT EXISTS (SELECT FROM message AS sms WHERE ${SMS} AND ${LEFT})
          WHEN 'refused' THEN EXISTS (SELECT FROM taken AS sms WHERE ${SMS})
          ELSE fallback_at IS NOT NULL OR EXISTS (SELECT FROM message AS sms WHERE ${SMS})
            OR (state IN ('failed', 'rejected') AND error_class IN ('fallback_to_sms', 'too_large')) END) AS unsettled`,
    [taken],
  );
  const [row] = rows;
  return {
    made: Number(row?.made ?? Number.NaN),
    twice: Number(row?.twice ?? Number.NaN),
    unsettled: Number(row?.unsettled ?? Number.NaN),
  };
}
