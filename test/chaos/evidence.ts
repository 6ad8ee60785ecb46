import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import type { Pool } from '../../database/pool.ts';
import { MemberSet } from '../../domain/member-set.ts';
import type { AcceptedRow, LedgerRow } from '../../simulators/ledger.ts';
import { claimScope, launchRun, type LaunchedRun } from '../support/launched-run.ts';
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

/** Writes of a message that its repeat was claimed at an instant. */
export async function repeatAt({ pool, run }: Evidence, id: string, at: number): Promise<void> {
  await pool.query(
    `UPDATE message SET receipt_due_at = to_timestamp(($2::float8 + $3) / 1000), attempts = 2 WHERE id = $1`,
    [id, at, claimScope(run).receiptDeadlineMs],
  );
}

export interface RecordedCall {
  readonly messageId: string;
  readonly startedAt: number;
  readonly durationMs: number;
  /** Default `accepted`. */
  readonly outcome?: string;
  readonly statusCode?: string;
}

/** Writes a call into the ledger of calls. */
export async function recordCall(run: LaunchedRun, call: RecordedCall): Promise<void> {
  await run.pool.query(
    `INSERT INTO submission
       (month, id, integration_id, claim_token, message_ids, started_at, duration_ms, outcome, status_code)
     VALUES ($1, gen_random_uuid(), $2, gen_random_uuid(), $3, to_timestamp($4::float8 / 1000), $5, $6, $7)`,
    [
      run.month,
      run.integrationId,
      [call.messageId],
      call.startedAt,
      call.durationMs,
      call.outcome ?? 'accepted',
      call.statusCode ?? null,
    ],
  );
}
