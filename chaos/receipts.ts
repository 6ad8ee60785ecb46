import type { Pool } from '../database/pool.ts';
import { handsetOf, type ReportBehaviour } from '../simulators/infobip/handsets.ts';
import type { LedgerRow } from '../simulators/ledger.ts';
import { acceptancesOf } from './acceptances.ts';

export interface ReceiptCounts {
  /** Different reports that the engine has answered with 2xx. */
  readonly acknowledged: number;
  /** Of these, those that stand applied in the inbox and that their message's state tells of. */
  readonly applied: number;
  /** Messages whose final reports and whose tracked events of them are not one to one. */
  readonly misapplied: number;
}

/** A report as it was told, and what it leaves its message in. */
interface Told {
  readonly id: string;
  readonly code: string;
  readonly states: readonly string[];
}

const FINAL = ['delivered', 'failed', 'expired'];
/** States of a message that agree with a report, by the group of its status. */
const STATES_AFTER: Readonly<Record<number, readonly string[]>> = {
  2: FINAL,
  3: ['delivered'],
  4: FINAL,
};
const TO_THE_OPERATOR = 2;

/** Holds the reports that were acknowledged against inbox, ledger and events: each must be applied, once. */
export async function countReceipts(pool: Pool, ledger: readonly LedgerRow[]): Promise<ReceiptCounts> {
  const told = toldReports(ledger);
  const { rows } = await pool.query<{ applied: string; misapplied: string }>(
    `WITH told AS (SELECT id, code, string_to_array(states, ' ') AS states
                   FROM unnest($1::text[], $2::text[], $3::text[]) AS t (id, code, states)),
          folded AS (SELECT message_id, status_code, state FROM receipt WHERE folded_at IS NOT NULL),
          finals AS (SELECT message_id, count(*) AS count FROM folded WHERE state = ANY ($4::text[]) GROUP BY 1),
          events AS (SELECT message_id::text, count(*) AS count FROM campaign_event
                     WHERE status IN ('delivered', 'failed') GROUP BY 1)
     SELECT
       (SELECT count(*) FROM told
        WHERE EXISTS (SELECT FROM folded WHERE folded.message_id = told.id AND folded.status_code = told.code)
          AND EXISTS (SELECT FROM message WHERE message.id::text = told.id AND message.state = ANY (told.states))
       ) AS applied,
       (SELECT count(*) FROM finals FULL JOIN events USING (message_id)
        WHERE finals.count IS DISTINCT FROM events.count) AS misapplied`,
    [
      told.map(({ id }) => id),
      told.map(({ code }) => code),
      told.map(({ states }) => states.join(' ')),
      FINAL,
    ],
  );
  return {
    acknowledged: told.length,
    applied: Number(rows[0]?.applied ?? Number.NaN),
    misapplied: Number(rows[0]?.misapplied ?? Number.NaN),
  };
}

/** The very same report, posted again, is one. */
function toldReports(ledger: readonly LedgerRow[]): readonly Told[] {
  const accepted = new Map(acceptancesOf(ledger).map((row) => [row.id, row]));
  const told = new Map<string, Told>();
  for (const row of ledger) {
    const message = row.kind === 'reported' ? accepted.get(row.id) : undefined;
    const report =
      message && row.kind === 'reported'
        ? handsetOf(message.to, message.channel).reports[row.report]
        : undefined;
    if (!report) continue;
    const code = codeOf(report);
    told.set(`${row.id} ${code} ${report.after}`, { id: row.id, code, states: statesAfter(report) });
  }
  return [...told.values()];
}

function codeOf({ status, error }: ReportBehaviour): string {
  return String(status.groupId === 3 || error.id === 0 ? status.id : error.id);
}

function statesAfter({ status }: ReportBehaviour): readonly string[] {
  if (status.groupId === 3 && status.id === TO_THE_OPERATOR) return ['dispatched', ...FINAL];
  return STATES_AFTER[status.groupId] ?? FINAL;
}
