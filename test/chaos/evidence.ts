import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import type { Pool } from '../../database/pool.ts';
import { MemberSet } from '../../domain/member-set.ts';
import type { AcceptedRow, LedgerRow } from '../../simulators/ledger.ts';
import { launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { acceptedMessages, ledgerOf, receiptOf, receive } from '../support/ledger.ts';

const MEMBERS = 3;

/** What a faultless run leaves behind: three customers, each with one message that was taken and delivered. */
export interface Evidence {
  readonly pool: Pool;
  readonly run: LaunchedRun;
  readonly ids: readonly string[];
  /** Of the simulator. */
  readonly ledger: LedgerRow[];
  readonly entries: number;
}

export async function faultlessRun(pool: Pool): Promise<Evidence> {
  const run = await launchRun(pool);
  const ids = await acceptedMessages(run);
  await receive(run, ...ids.map((id) => receiptOf(id, 'delivered')));
  await foldPendingReceipts(pool, { limit: 100, receiptSlackMs: 0 });
  await trace(run, 'send', 'delivered', MemberSet.full(MEMBERS).indexes());
  const rows = await ledgerOf(run);
  return {
    pool,
    run,
    ids,
    entries: MEMBERS,
    ledger: rows.flatMap((row) => [
      acceptance(row.id, row.to_number ?? '', row.claimed_at?.getTime()),
      { kind: 'reported', id: row.id, report: 0, at: Date.now() },
    ]),
  };
}

export function acceptance(id: string, to: string, seen = Date.now()): AcceptedRow {
  const number = to.replace('+', '');
  return { kind: 'accepted', id, channel: 'sms', to: number, reportUrl: null, seen, at: seen };
}

/** Writes that members have left a node for good. */
export async function trace(
  { pool, month, cohort, runId }: LaunchedRun,
  node: string,
  outcome: string,
  members: readonly number[],
): Promise<void> {
  await pool.query(
    `INSERT INTO trace (month, cohort_id, node_id, pass, outcome, reason, run_id, outlet, exit, members, first_at, last_at)
     VALUES ($1, $2, $3, 1, $4, '', $5, 'next', 'end', decode($6, 'hex'), now(), now())`,
    [month, cohort.cohortId, node, outcome, runId, MemberSet.of(MEMBERS, members).toHex()],
  );
}

/** A second row of the same intended message, in the partition of another month, where no key forbids it. */
export async function twinOf(
  { pool, month }: LaunchedRun,
  id: string,
  memberIndex: 'the same' | 'another',
): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO message
     SELECT (jsonb_populate_record(message, jsonb_build_object('month', month + 1, 'id', gen_random_uuid(),
              'member_index', member_index + $3::int))).*
     FROM message WHERE month = $1 AND id = $2 RETURNING id`,
    [month, id, memberIndex === 'the same' ? 0 : 100],
  );
  return rows[0]?.id ?? '';
}
