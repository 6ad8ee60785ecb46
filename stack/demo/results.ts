import { request } from 'undici';
import type { TemporalConfig } from '../../config/temporal.ts';
import { createPool, type Pool } from '../../database/pool.ts';
import { FALLBACK_LEG, PRIMARY_LEG } from '../../domain/fallback.ts';
import type { StackAccess } from '../state-file.ts';
import { readHistories } from './read-histories.ts';

/** What `npm run demo -- --json` prints. */
export interface DemoResult {
  readonly profile: string;
  readonly run_id: string;
  readonly state: string;
  readonly customers: number;
  readonly cohorts: number;
  /** Rows for which a call was made: the sum of the six outcomes. */
  readonly messages: number;
  readonly delivered: number;
  /** Rejected ones among them. */
  readonly failed: number;
  readonly expired: number;
  readonly no_receipt: number;
  readonly unknown: number;
  readonly unresolved: number;
  /** MMS in whose place an SMS left, by the engine (a message of its own) or the provider. */
  readonly fallback_sms: number;
  /** Customers × nodes, by reason. */
  readonly suppressed: Readonly<Record<string, number>>;
  /** Second acceptances of one message, and acceptances that the database can't name; null without our ledger. */
  readonly duplicates: number | null;
  /** Entries without an end in the trace, ledger rows without a named end, stored receipts that were not applied. */
  readonly lost: number;
  readonly seconds: number;
  /** From the first claim to the last acceptance. */
  readonly messages_per_second: number;
  /** Histories of the run and all its cohorts. */
  readonly temporal_events: number;
  readonly temporal_events_per_message: number;
  /** What the simulator accepted; null for somebody else's provider. */
  readonly provider_ledger: number | null;
}

const OUTCOMES = ['delivered', 'failed', 'expired', 'no_receipt', 'unknown', 'unresolved'] as const;

/** Counts a run that has ended: outcomes from the database, duplicates from the simulator's ledger. */
export async function demoResult(
  access: StackAccess,
  temporal: TemporalConfig,
  runId: string,
  seconds: number,
): Promise<DemoResult> {
  const pool = createPool({ url: access.databaseUrl, name: 'demo', connections: 2 });
  try {
    const run = await readRun(pool, runId);
    const outcomes = await countOutcomes(pool, runId, run.month);
    const messages = OUTCOMES.reduce((sum, name) => sum + (outcomes[name] ?? 0), 0);
    const ledger =
      access.simulated === null ? undefined : await readLedgers(access.simulated, pool, runId, run);
    const { events } = await readHistories(temporal, runId, run.cohorts);
    const sending = await sendingSeconds(pool, runId, run.month);
    return {
      profile: access.timings,
      run_id: runId,
      state: run.state,
      customers: run.customers,
      cohorts: run.cohorts,
      messages,
      delivered: outcomes['delivered'] ?? 0,
      failed: outcomes['failed'] ?? 0,
      expired: outcomes['expired'] ?? 0,
      no_receipt: outcomes['no_receipt'] ?? 0,
      unknown: outcomes['unknown'] ?? 0,
      unresolved: outcomes['unresolved'] ?? 0,
      fallback_sms: await countFallbacks(pool, runId, run.month),
      suppressed: await countSuppressed(pool, runId, run.month),
      duplicates: ledger ? ledger.duplicates : null,
      lost: await countLost(pool, runId, run),
      seconds: round(seconds, 10),
      messages_per_second: sending > 0 ? round(messages / sending, 10) : messages,
      temporal_events: events,
      temporal_events_per_message: messages > 0 ? round(events / messages, 10_000) : events,
      provider_ledger: ledger ? ledger.accepted : null,
    };
  } finally {
    await pool.end();
  }
}

interface RunCounts {
  readonly month: number;
  readonly state: string;
  readonly customers: number;
  readonly cohorts: number;
  readonly requestedAt: Date;
}

async function readRun(pool: Pool, runId: string): Promise<RunCounts> {
  const { rows } = await pool.query<RunCounts>(
    `SELECT month, state, coalesce(audience_size, 0) AS customers, coalesce(cohort_count, 0) AS cohorts,
            requested_at AS "requestedAt"
     FROM run WHERE id = $1`,
    [runId],
  );
  if (!rows[0]) throw new Error(`There is no run ${runId}.`);
  return rows[0];
}

async function countOutcomes(
  pool: Pool,
  runId: string,
  month: number,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ outcome: string; count: string }>(
    `SELECT CASE WHEN no_receipt THEN 'no_receipt' WHEN state = 'rejected' THEN 'failed' ELSE state END AS outcome,
            count(*)
     FROM message WHERE month = $1 AND run_id = $2 GROUP BY 1`,
    [month, runId],
  );
  return Object.fromEntries(rows.map((row) => [row.outcome, Number(row.count)]));
}

async function countFallbacks(pool: Pool, runId: string, month: number): Promise<number> {
  const { rows } = await pool.query<{ count: string }>(
    `SELECT count(*) FROM message WHERE month = $1 AND run_id = $2
       AND ((leg = ${FALLBACK_LEG} AND accepted_at IS NOT NULL) OR (leg = ${PRIMARY_LEG} AND channel = 'mms' AND type = 'sms'))`,
    [month, runId],
  );
  return Number(rows[0]?.count ?? 0);
}

async function countSuppressed(
  pool: Pool,
  runId: string,
  month: number,
): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ reason: string; count: string }>(
    `SELECT reason, sum(bit_count(members)) AS count FROM trace
     WHERE month = $1 AND run_id = $2 AND outcome = 'suppressed' GROUP BY 1 ORDER BY 1`,
    [month, runId],
  );
  return Object.fromEntries(rows.map((row) => [row.reason, Number(row.count)]));
}

async function countLost(pool: Pool, runId: string, run: RunCounts): Promise<number> {
  const { rows } = await pool.query<{ entries: string; rows: string; receipts: string }>(
    `SELECT
       (SELECT count(*) FROM entry WHERE month = $1 AND run_id = $2)
         - (SELECT coalesce(sum(bit_count(members)), 0) FROM trace
            WHERE month = $1 AND run_id = $2 AND exit IS NOT NULL) AS entries,
       (SELECT count(*) FROM message WHERE month = $1 AND run_id = $2 AND ended_at IS NULL) AS rows,
       (SELECT count(*) FROM receipt JOIN message ON message.month = $1 AND message.id::text = receipt.message_id
        WHERE message.run_id = $2 AND receipt.folded_at IS NULL) AS receipts`,
    [run.month, runId],
  );
  const [lost] = rows;
  return Number(lost?.entries ?? 0) + Number(lost?.rows ?? 0) + Number(lost?.receipts ?? 0);
}

async function sendingSeconds(pool: Pool, runId: string, month: number): Promise<number> {
  const { rows } = await pool.query<{ seconds: number | null }>(
    `SELECT extract(epoch FROM max(accepted_at) - min(created_at))::float8 AS seconds
     FROM message WHERE month = $1 AND run_id = $2`,
    [month, runId],
  );
  return rows[0]?.seconds ?? 0;
}

/**
 * What the simulators accepted of this run's messages, and what it accepted twice or without a message of ours.
 *
 * A row that is older than the run belongs to another one, also to one of a database that was thrown away.
 */
async function readLedgers(
  simulators: readonly string[],
  pool: Pool,
  runId: string,
  run: RunCounts,
): Promise<{ accepted: number; duplicates: number }> {
  const own = await pool.query<{ id: string }>('SELECT id FROM message WHERE month = $1 AND run_id = $2', [
    run.month,
    runId,
  ]);
  const ownIds = new Set(own.rows.map((row) => row.id));
  const lines: string[] = [];
  for (const simulator of simulators) {
    const { body } = await request(`${simulator}/_simulator/ledger`);
    lines.push(...(await body.text()).split('\n'));
  }
  const since = run.requestedAt.getTime();
  const seen = new Set<string>();
  const foreign: string[] = [];
  let accepted = 0;
  let duplicates = 0;
  for (const line of lines) {
    if (line === '') continue;
    const row = JSON.parse(line) as { kind: string; id: string; at: number };
    if (row.kind !== 'accepted') continue;
    if (!ownIds.has(row.id)) {
      if (row.at >= since) foreign.push(row.id);
      continue;
    }
    accepted += 1;
    if (seen.has(row.id)) duplicates += 1;
    seen.add(row.id);
  }
  return { accepted, duplicates: duplicates + (await countUnnamed(pool, foreign)) };
}

/** Of ids that are not this run's, those that no message of any run has. */
async function countUnnamed(pool: Pool, ids: readonly string[]): Promise<number> {
  if (ids.length === 0) return 0;
  const { rows } = await pool.query<{ count: string }>(
    'SELECT count(*) FROM message WHERE id::text = ANY ($1::text[])',
    [ids],
  );
  return new Set(ids).size - Number(rows[0]?.count ?? 0);
}

function round(value: number, factor: number): number {
  return Math.round(value * factor) / factor;
}
