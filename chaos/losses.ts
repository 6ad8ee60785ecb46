import type { Pool } from '../database/pool.ts';
import { REPEAT_REFUSED } from '../domain/message-decision.ts';
import { MESSAGE_OUTCOMES } from '../domain/message-outcome.ts';
import type { SuppressionReason } from '../domain/reasons.ts';
import { MESSAGE_STATES } from '../domain/states.ts';
import type { LedgerRow } from '../simulators/ledger.ts';
import { acceptancesOf } from './acceptances.ts';

export interface Losses {
  readonly messages: number;
  /** Entries that are missing or too many, and those without an end in the trace, or with several. */
  readonly entries: number;
  /** Visits that a message node ended as if it had offered a message of which there is no row. */
  readonly visits: number;
  /** Rows without a named end. */
  readonly rows: number;
  /** Rows whose end the provider's ledger contradicts. */
  readonly contradicted: number;
  readonly unknown: number;
  readonly unresolved: number;
  /** Given up because their customer's permission was gone when they were to be repeated. */
  readonly unresolvedGated: number;
  /** Receipts of known messages that were stored and not applied. */
  readonly receipts: number;
}

/** Ends that say that the provider took the message, and ends that say that it did not. */
const TAKEN = ['accepted', 'dispatched', 'delivered', 'failed', 'expired'];
const NOT_TAKEN = ['queued', 'rejected', 'cancelled'];

/** What forbids a repeat for good, because the customer has not allowed it; any other refusal may have been the engine's. */
const FORBIDDEN: readonly SuppressionReason[] = [
  'opted_out',
  'consent_revoked',
  'no_consent',
  'consent_unproven',
  'consent_other_number',
  'customer_deleted',
];
const GATED = `(coalesce(error, '') = ANY ($7::text[]))`;

/**
 * Looks for whatever has no end, or a wrong one, after all runs have ended.
 * @param intended entries that the launches should have made
 */
export async function countLosses(
  pool: Pool,
  ledger: readonly LedgerRow[],
  intended: number,
): Promise<Losses> {
  const { rows } = await pool.query<Record<keyof Losses, string>>(
    `WITH taken AS (SELECT DISTINCT id FROM unnest($2::text[]) AS id)
     SELECT
       (SELECT count(*) FROM message) AS messages,
       abs((SELECT count(*) FROM entry) - $3::int) + (SELECT count(*) FROM entry WHERE 1 <> (
          SELECT count(*) FROM trace WHERE trace.month = entry.month AND trace.cohort_id = entry.cohort_id
            AND exit IS NOT NULL AND get_bit(members, member_index) = 1)) AS entries,
       (SELECT count(*) FROM trace
        JOIN run ON run.id = trace.run_id
        JOIN scenario_version AS version ON version.id = run.version_id
        CROSS JOIN jsonb_to_recordset(version.frozen -> 'nodes') AS node (id text, "actionId" int)
        JOIN entry ON entry.month = trace.month AND entry.cohort_id = trace.cohort_id
          AND get_bit(trace.members, member_index) = 1
        WHERE node.id = trace.node_id AND node."actionId" IS NOT NULL AND trace.outcome = ANY ($4::text[])
          AND NOT EXISTS (
            SELECT FROM message WHERE message.month = entry.month AND message.cohort_id = entry.cohort_id
              AND message.member_index = entry.member_index AND message.action_id = node."actionId"
              AND message.pass = trace.pass)) AS visits,
       (SELECT count(*) FROM message WHERE ended_at IS NULL OR NOT state = ANY ($1::text[])) AS rows,
       (SELECT count(*) FROM message LEFT JOIN taken ON taken.id = message.id::text
        WHERE (taken.id IS NULL AND state = ANY ($5::text[]))
           OR (taken.id IS NOT NULL AND state = ANY ($6::text[]))) AS contradicted,
       (SELECT count(*) FROM message WHERE state = 'unknown') AS unknown,
       (SELECT count(*) FROM message WHERE state = 'unresolved' AND NOT ${GATED}) AS unresolved,
       (SELECT count(*) FROM message WHERE state = 'unresolved' AND ${GATED}) AS "unresolvedGated",
       (SELECT count(*) FROM receipt JOIN message ON message.id::text = receipt.message_id
        WHERE receipt.folded_at IS NULL) AS receipts`,
    [
      MESSAGE_STATES,
      acceptancesOf(ledger).map(({ id }) => id),
      intended,
      MESSAGE_OUTCOMES.filter((outcome) => outcome !== 'suppressed'),
      TAKEN,
      NOT_TAKEN,
      FORBIDDEN.map((reason) => `${REPEAT_REFUSED}${reason}`),
    ],
  );
  const [row] = rows;
  if (!row) throw new Error('An aggregate answers one row.');
  return {
    messages: Number(row.messages),
    entries: Number(row.entries),
    visits: Number(row.visits),
    rows: Number(row.rows),
    contradicted: Number(row.contradicted),
    unknown: Number(row.unknown),
    unresolved: Number(row.unresolved),
    unresolvedGated: Number(row.unresolvedGated),
    receipts: Number(row.receipts),
  };
}

/** Everything that is lost. */
export function sumOfLosses({ entries, visits, rows, contradicted, receipts }: Losses): number {
  return entries + visits + rows + contradicted + receipts;
}
