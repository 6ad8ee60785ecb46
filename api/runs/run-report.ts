import { turnsUntil } from '../../database/lanes.ts';
import type { Pool, Queryable } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import { PRIMARY_LEG } from '../../domain/fallback.ts';
import { REPEAT_REFUSED } from '../../domain/message-decision.ts';
import { breakersOfRun } from '../integrations/run-breakers.ts';
import { estimate } from './estimate.ts';
import { readRunRow, runSummary, type RunRow } from './read-run.ts';
import { quietHoursOfRun } from './quiet-hours.ts';
import { holdsOfRun } from './run-holds.ts';

/** How far back the rate looks. */
const RATE_WINDOW_S = 10;
/** Newest campaign events that the rate is taken from. */
const RATE_EVENTS = 50_000;

interface TraceCount {
  node_id: string;
  outcome: string;
  reason: string;
  members: string;
}

interface MessageCount {
  action_id: number;
  state: string;
  count: string;
}

/**
 * Everything that is shown of one run; read and counted in the database at this moment, all of it in one snapshot.
 *
 * @throws ApiProblem `not_found`
 */
export function runReport(pool: Pool, projectId: string, runId: string): Promise<object> {
  return inTransaction(pool, async (connection) => {
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return reportOf(connection, await readRunRow(connection, projectId, runId));
  });
}

async function reportOf(database: Queryable, run: RunRow): Promise<object> {
  const excludeRuns = await readExcludeRuns(database, run);
  const traces = await countTraces(database, run);
  const messages = await countMessages(database, run);
  const present = await countPresent(database, run);
  const cohorts = await countCohorts(database, run);
  const incidents = await readIncidents(database, run);
  const holds = await holdsOfRun(database, run);
  const breakers = await breakersOfRun(database, run);
  const quietHours = await quietHoursOfRun(database, run);
  const rate = await messageRate(database, run);
  const turnsEnd = await turnsUntil(database, run.id);
  const counts = (entries: readonly (readonly [string, number])[]): Record<string, number> => {
    const sums: Record<string, number> = {};
    for (const [name, count] of entries) sums[name] = (sums[name] ?? 0) + count;
    return sums;
  };
  const suppressed = traces.filter((row) => row.outcome === 'suppressed');
  return {
    ...runSummary(run),
    excludeRuns,
    cohorts,
    nodes: run.frozen.nodes.map((node) => {
      const own = traces.filter((row) => row.node_id === node.id);
      return {
        node_id: node.id,
        type: node.type,
        action_id: node.actionId,
        name: node.name ?? node.id,
        here: present.get(node.id) ?? 0,
        outcomes: counts(own.map((row) => [row.outcome, Number(row.members)])),
        reasons: counts(
          own.filter((row) => row.reason !== '').map((row) => [row.reason, Number(row.members)]),
        ),
        messages: counts(
          messages
            .filter((row) => row.action_id === node.actionId)
            .map((row) => [row.state, Number(row.count)]),
        ),
      };
    }),
    messages: counts(messages.map((row) => [row.state, Number(row.count)])),
    fallback: await countFallbacks(database, run),
    suppressed: counts(suppressed.map((row) => [row.reason, Number(row.members)])),
    incidents,
    holds,
    breakers,
    quietHours,
    turnsUntil: turnsEnd,
    rate: { messagesPerSecond: rate, overSeconds: RATE_WINDOW_S },
    estimate: await estimate(database, run, { messagesPerSecond: rate, turnsUntil: turnsEnd }),
  };
}

async function readExcludeRuns(database: Queryable, run: RunRow): Promise<readonly string[]> {
  const { rows } = await database.query<{ exclude_runs: readonly string[] }>(
    'SELECT exclude_runs FROM run WHERE id = $1',
    [run.id],
  );
  return rows[0]?.exclude_runs ?? [];
}

async function countTraces(database: Queryable, run: RunRow): Promise<readonly TraceCount[]> {
  const { rows } = await database.query<TraceCount>(
    `SELECT node_id, outcome, reason, sum(bit_count(members)) AS members FROM trace
     WHERE month = $1 AND run_id = $2 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
    [run.month, run.id],
  );
  return rows;
}

async function countMessages(database: Queryable, run: RunRow): Promise<readonly MessageCount[]> {
  const { rows } = await database.query<MessageCount>(
    `SELECT action_id, CASE WHEN no_receipt THEN 'no_receipt'
                            WHEN state = 'unresolved' AND starts_with(error, $3) THEN 'unresolved_gated'
                            ELSE state END AS state, count(*)
     FROM message WHERE month = $1 AND run_id = $2 GROUP BY 1, 2 ORDER BY 1, 2`,
    [run.month, run.id, REPEAT_REFUSED],
  );
  return rows;
}

/** SMS in place of MMS: those that left, by whoever sent them, and why others did not. */
async function countFallbacks(database: Queryable, run: RunRow): Promise<object> {
  const { rows } = await database.query<{ refusal: string | null; sms: string; both: string; all: string }>(
    `SELECT fallback_refusal AS refusal, count(*) AS all,
            count(*) FILTER (WHERE fallback = 'made' OR type = 'sms') AS sms,
            count(*) FILTER (WHERE fallback = 'made' AND state = 'delivered') AS both
     FROM message
     WHERE month = $1 AND run_id = $2 AND leg = ${PRIMARY_LEG} AND channel = 'mms'
       AND (fallback IN ('made', 'refused') OR type = 'sms')
     GROUP BY 1`,
    [run.month, run.id],
  );
  const sum = (column: 'sms' | 'both'): number => rows.reduce((all, row) => all + Number(row[column]), 0);
  const refused = rows.flatMap((row) => (row.refusal === null ? [] : [[row.refusal, Number(row.all)]]));
  return { sms: sum('sms'), bothDelivered: sum('both'), refused: Object.fromEntries(refused) as object };
}

async function countPresent(database: Queryable, run: RunRow): Promise<ReadonlyMap<string, number>> {
  const { rows } = await database.query<{ node_id: string; members: string }>(
    `SELECT visit.node_id, sum(bit_count(visit.members)) AS members
     FROM visit JOIN cohort ON cohort.id = visit.cohort_id WHERE cohort.run_id = $1 GROUP BY 1`,
    [run.id],
  );
  return new Map(rows.map((row) => [row.node_id, Number(row.members)]));
}

async function countCohorts(database: Queryable, run: RunRow): Promise<{ total: number; finished: number }> {
  const { rows } = await database.query<{ total: string; finished: string }>(
    'SELECT count(*) AS total, count(finished_at) AS finished FROM cohort WHERE run_id = $1',
    [run.id],
  );
  return { total: Number(rows[0]?.total ?? 0), finished: Number(rows[0]?.finished ?? 0) };
}

async function readIncidents(database: Queryable, run: RunRow): Promise<readonly object[]> {
  const { rows } = await database.query<{
    node_id: string;
    code: string;
    message: string;
    cohorts: string;
    decided: string;
    since: Date;
  }>(
    `SELECT node_id, code, message, count(DISTINCT cohort_id) AS cohorts,
            count(DISTINCT cohort_id) FILTER (WHERE decision IS NOT NULL) AS decided, min(opened_at) AS since
     FROM incident
     WHERE run_id = $1 AND closed_at IS NULL GROUP BY 1, 2, 3 ORDER BY since`,
    [run.id],
  );
  return rows.map((row) => ({ ...row, cohorts: Number(row.cohorts), decided: Number(row.decided) }));
}

/** Messages a second that a provider took within the window. */
async function messageRate(database: Queryable, run: RunRow): Promise<number> {
  const { rows } = await database.query<{ count: string }>(
    `SELECT count(*) FROM (
       SELECT status, at FROM campaign_event WHERE month = $1 AND run_id = $2 ORDER BY seq DESC LIMIT $4) AS newest
     WHERE status = 'enqueued' AND at > clock_timestamp() - make_interval(secs => $3)`,
    [run.month, run.id, RATE_WINDOW_S, RATE_EVENTS],
  );
  return Math.round((Number(rows[0]?.count ?? 0) / RATE_WINDOW_S) * 10) / 10;
}
