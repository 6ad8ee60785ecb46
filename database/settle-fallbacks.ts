import { FALLBACK_LEG, PRIMARY_LEG } from '../domain/fallback.ts';
import type { SuppressionReason } from '../domain/reasons.ts';
import type { MessageState } from '../domain/states.ts';
import { cancelQueued } from './cancel-queued.ts';
import { markHints } from './hints.ts';
import { lockMessages } from './lock-order.ts';
import type { Connection, Pool } from './pool.ts';
import type { LedgerScope } from './read-ledger.ts';
import { inTransaction } from './transaction.ts';

/** What an attempt has come to beside the rows that it has written. */
export interface FallbackAttempt {
  readonly members: readonly number[];
  /** Members whom the gate has kept in. */
  readonly refused: readonly { readonly memberIndex: number; readonly reason: string }[];
  /** Members who are put off, and until when, milliseconds since the epoch. */
  readonly putOff: readonly { readonly memberIndex: number; readonly until: number }[];
  /** When to look again at those of whom nothing is known. */
  readonly againAt: number;
}

/**
 * Writes down what has come of an attempt to send SMS in place of MMS: who got one, who may not, who waits.
 *
 * What has left is told by its own row: an attempt that died behind its claim is settled by the next one, and one that is being
 * offered is looked at again once its claim is over. What another attempt has settled stays. Where the MMS was delivered meanwhile
 * the SMS is refused for that, unless it is on its way.
 *
 * Three statements and never one: what a claim wrote that the locks have waited for is seen by the next statement alone.
 */
export function settleFallbacks(
  pool: Pool,
  scope: Omit<LedgerScope, 'leg'>,
  { members, putOff, againAt, ...attempt }: FallbackAttempt,
): Promise<void> {
  return inTransaction(pool, async (connection) => {
    const { waiting, delivered } = await lockLegs(connection, scope, members);
    const refused = [
      ...attempt.refused.filter(({ memberIndex }) => !delivered.has(memberIndex)),
      ...[...delivered].map((memberIndex) => ({ memberIndex, reason: DELIVERED_AFTER_ALL })),
    ];
    await cancelQueued(
      connection,
      { ...scope, leg: FALLBACK_LEG },
      refused.filter(({ memberIndex }) => waiting.has(memberIndex)),
    );
    await connection.query({
      name: 'settle-fallbacks',
      text: SETTLE,
      values: [
        scope.month,
        scope.cohortId,
        scope.actionId,
        scope.pass,
        members,
        refused.map(({ memberIndex }) => memberIndex),
        refused.map(({ reason }) => reason),
        putOff.map(({ memberIndex }) => memberIndex),
        putOff.map(({ until }) => until),
        againAt,
      ],
    });
    const { month, cohortId, actionId, pass } = scope;
    await markHints(connection, [{ month, cohort_id: cohortId, action_id: actionId, pass }]);
  });
}

const DELIVERED_AFTER_ALL: SuppressionReason = 'delivered_after_all';

interface Legs {
  /** Members whose SMS waits to be offered. */
  readonly waiting: ReadonlySet<number>;
  /** Members whose MMS was delivered. */
  readonly delivered: ReadonlySet<number>;
}

/** Locks MMS and SMS together, in the order of all messages. */
async function lockLegs(
  connection: Connection,
  scope: Omit<LedgerScope, 'leg'>,
  members: readonly number[],
): Promise<Legs> {
  const { rows } = await connection.query<{ memberIndex: number; leg: number; state: MessageState }>({
    name: 'lock-legs',
    text: lockMessages({
      columns: 'member_index AS "memberIndex", leg, state',
      where: `month = $1 AND cohort_id = $2 AND action_id = $3 AND pass = $4 AND leg IN (${PRIMARY_LEG}, ${FALLBACK_LEG})
        AND member_index = ANY ($5::int[])`,
    }),
    values: [scope.month, scope.cohortId, scope.actionId, scope.pass, members],
  });
  const inState = (leg: number, state: MessageState): ReadonlySet<number> =>
    new Set(rows.filter((row) => row.leg === leg && row.state === state).map((row) => row.memberIndex));
  return { waiting: inState(FALLBACK_LEG, 'queued'), delivered: inState(PRIMARY_LEG, 'delivered') };
}

const SETTLE = `
  WITH sms AS (
    SELECT member_index, state, retry_at, look_at, error FROM message
    WHERE month = $1 AND cohort_id = $2 AND action_id = $3 AND pass = $4 AND leg = ${FALLBACK_LEG}
      AND member_index = ANY ($5::int[])
  ), attempt AS (
    SELECT member_index,
           greatest(sms.retry_at, CASE sms.state WHEN 'submitting' THEN sms.look_at END,
                    to_timestamp(coalesce(until, $10) / 1000)) AS again_at,
           CASE WHEN sms.state = 'cancelled' THEN sms.error WHEN sms.state IS NULL THEN reason END AS refusal,
           coalesce(sms.state NOT IN ('queued', 'submitting', 'cancelled'), false) AS made
    FROM unnest($5::int[]) AS member (member_index)
    LEFT JOIN sms USING (member_index)
    LEFT JOIN unnest($6::int[], $7::text[]) AS refused (member_index, reason) USING (member_index)
    LEFT JOIN unnest($8::int[], $9::float8[]) AS put_off (member_index, until) USING (member_index)
  ), mms AS (
    ${lockMessages({
      columns: 'month, id, attempt.*',
      join: 'JOIN attempt USING (member_index)',
      where: `month = $1 AND cohort_id = $2 AND action_id = $3 AND pass = $4 AND leg = ${PRIMARY_LEG}
        AND fallback = 'engine' AND fallback_at IS NOT NULL`,
    })}
  )
  UPDATE message SET
    fallback = CASE WHEN made THEN 'made' WHEN refusal IS NOT NULL THEN 'refused' ELSE fallback END,
    fallback_refusal = refusal,
    fallback_at = CASE WHEN NOT made AND refusal IS NULL THEN again_at END,
    ended_at = CASE WHEN made OR refusal IS NOT NULL THEN coalesce(ended_at, clock_timestamp()) END
  FROM mms WHERE message.month = mms.month AND message.id = mms.id`;
