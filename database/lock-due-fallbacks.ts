import { FALLBACK_LEG, PRIMARY_LEG } from '../domain/fallback.ts';
import { lockMessages } from './lock-order.ts';
import type { Connection } from './pool.ts';
import type { LedgerScope } from './read-ledger.ts';

/**
 * Of members who are to get an SMS in place of their MMS, those for whom it is due now: whoever took them for due may be late.
 *
 * Their MMS stay locked until the transaction ends, with the SMS that wait already, in the order of all messages: until then nobody
 * takes the reason away, and nobody settles them.
 */
export async function lockDueFallbacks<T extends { readonly memberIndex: number }>(
  connection: Connection,
  scope: Omit<LedgerScope, 'leg'>,
  members: readonly T[],
): Promise<readonly T[]> {
  if (members.length === 0) return [];
  const { rows } = await connection.query<{ memberIndex: number }>({
    name: 'lock-due-fallbacks',
    text: `
      WITH locked AS (
        ${lockMessages({
          columns: `member_index, leg, fallback = 'engine' AND fallback_at IS NOT NULL AND state <> 'delivered' AS due`,
          where: `month = $1 AND cohort_id = $2 AND action_id = $3 AND pass = $4
            AND leg IN (${PRIMARY_LEG}, ${FALLBACK_LEG}) AND member_index = ANY ($5::int[])`,
        })})
      SELECT member_index AS "memberIndex" FROM locked WHERE leg = ${PRIMARY_LEG} AND due`,
    values: [
      scope.month,
      scope.cohortId,
      scope.actionId,
      scope.pass,
      members.map(({ memberIndex }) => memberIndex),
    ],
  });
  const due = new Set(rows.map(({ memberIndex }) => memberIndex));
  return members.filter(({ memberIndex }) => due.has(memberIndex));
}
