import type { Pool } from '../database/pool.ts';
import { reportsOf, type ReportBehaviour } from '../simulators/handsets.ts';
import type { LedgerRow } from '../simulators/ledger.ts';
import { acceptancesOf } from './acceptances.ts';
import type { ChaosVendor } from './vendors.ts';

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
/** Holds the reports that were acknowledged against inbox, ledger and events: each must be applied, once. */
export async function countReceipts(
  pool: Pool,
  ledger: readonly LedgerRow[],
  vendor: ChaosVendor,
): Promise<ReceiptCounts> {
  const told = toldReports(ledger, vendor);
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
function toldReports(ledger: readonly LedgerRow[], { codeOf }: ChaosVendor): readonly Told[] {
  const accepted = new Map(acceptancesOf(ledger).map((row) => [row.id, row]));
  const told = new Map<string, Told>();
  for (const row of ledger) {
    const message = row.kind === 'reported' ? accepted.get(row.id) : undefined;
    const report = message && row.kind === 'reported' ? reportsOf(message)[row.report] : undefined;
    if (!message || !report) continue;
    const code = codeOf(report.fate, message.channel);
    told.set(`${row.id} ${code} ${report.after}`, { id: row.id, code, states: statesAfter(report) });
  }
  return [...told.values()];
}

/** States of a message that agree with a report. */
function statesAfter({ fate }: ReportBehaviour): readonly string[] {
  if (fate === 'dispatched') return ['dispatched', ...FINAL];
  return fate === 'delivered' ? ['delivered'] : FINAL;
}
