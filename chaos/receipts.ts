import type { Pool } from '../database/pool.ts';
import { handsetOf } from '../simulators/infobip/handsets.ts';
import type { AcceptedRow, LedgerRow } from '../simulators/ledger.ts';

export interface ReceiptCounts {
  /** Different reports that the engine has answered with 2xx. */
  readonly acknowledged: number;
  /** Of these, those that stand applied in the inbox. */
  readonly applied: number;
}

/** Holds the reports that were acknowledged against the inbox: each must be there and applied, once. */
export async function countReceipts(pool: Pool, ledger: readonly LedgerRow[]): Promise<ReceiptCounts> {
  const accepted = new Map<string, AcceptedRow>();
  for (const row of ledger) if (row.kind === 'accepted') accepted.set(row.id, row);
  const told = new Map<string, Set<string>>();
  for (const row of ledger) {
    if (row.kind !== 'reported') continue;
    const message = accepted.get(row.id);
    const report = message && handsetOf(message.to, message.channel).reports[row.report];
    if (!report) continue;
    // The very same report, posted again, is one.
    const content = JSON.stringify([report.status, report.error, report.after]);
    told.set(row.id, (told.get(row.id) ?? new Set()).add(content));
  }
  const { rows } = await pool.query<{ message_id: string; states: string[] }>(
    `SELECT message_id, array_agg(status_code) AS states FROM receipt
     WHERE folded_at IS NOT NULL AND message_id = ANY ($1::text[]) GROUP BY 1`,
    [[...told.keys()]],
  );
  const folded = new Map(rows.map((row) => [row.message_id, row.states.length]));
  let acknowledged = 0;
  let applied = 0;
  for (const [id, reports] of told) {
    acknowledged += reports.size;
    applied += Math.min(reports.size, folded.get(id) ?? 0);
  }
  return { acknowledged, applied };
}
