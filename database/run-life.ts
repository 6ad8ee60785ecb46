import type { RunState } from '../domain/states.ts';
import { lockMessages } from './lock-order.ts';
import { longQuery, type Pool, type Queryable } from './pool.ts';
import { inTransaction } from './transaction.ts';

/**
 * Turns a requested run into a running one; a run in any other state stays as it is.
 *
 * Only its workflow asks for it: a relay that has not heard whether it could start that need not try again.
 */
export async function beginRun(database: Queryable, runId: string): Promise<RunState | undefined> {
  await database.query(
    `UPDATE run SET
       state = CASE WHEN state <> 'requested' THEN state WHEN draining THEN 'finishing' ELSE 'running' END,
       started_at = CASE WHEN state = 'requested' THEN clock_timestamp() ELSE started_at END,
       relayed_at = coalesce(relayed_at, clock_timestamp())
     WHERE id = $1 AND (state = 'requested' OR relayed_at IS NULL)`,
    [runId],
  );
  const { rows } = await database.query<{ state: RunState }>('SELECT state FROM run WHERE id = $1', [runId]);
  return rows[0]?.state;
}

/**
 * Messages of a cancelled run that still wait in the ledger will never be offered.
 *
 * An SMS in place of an MMS is due at once, for the pump to refuse it: it waits for no morning any more.
 */
export async function cancelQueuedOfRun(database: Queryable, runId: string, month: number): Promise<void> {
  const where = `month = $1 AND run_id = $2 AND (state = 'queued' OR fallback_at IS NOT NULL) AND ended_at IS NULL`;
  await database.query(
    longQuery(
      `WITH waiting AS (${lockMessages({ where })})
       UPDATE message SET
         state = CASE state WHEN 'queued' THEN 'cancelled' ELSE state END,
         error = CASE state WHEN 'queued' THEN 'run_cancelled' ELSE error END,
         ended_at = CASE state WHEN 'queued' THEN clock_timestamp() END,
         look_at = CASE state WHEN 'queued' THEN NULL ELSE look_at END,
         fallback_at = CASE WHEN fallback_at IS NOT NULL THEN clock_timestamp() END
       FROM waiting WHERE message.month = $1 AND message.id = waiting.id`,
      [month, runId],
    ),
  );
}

/**
 * Ends the members of cohorts that were never started: they leave the walk at its first node.
 *
 * One that has walked is its own workflow's to end, whatever a run that has begun again believes. One that begins at
 * this moment finds its members' way out recorded.
 * @returns how many cohorts it closed
 */
export function closeUnstartedCohorts(
  pool: Pool,
  run: { id: string; month: number },
  startNodeId: string,
  firstNumber: number,
): Promise<number> {
  return inTransaction(pool, async (connection) => {
    const { rowCount } = await connection.query(
      `WITH closed AS (
         UPDATE cohort SET finished_at = clock_timestamp()
         WHERE run_id = $1 AND number >= $2 AND step = 0 AND finished_at IS NULL RETURNING id, size)
       INSERT INTO trace (month, cohort_id, run_id, node_id, pass, outcome, reason, outlet, exit, members,
                          first_at, last_at)
       SELECT $3, id, $1, $4, 1, 'exited', 'run_cancelled', '', 'run_cancelled',
              decode(repeat('ff', size / 8) || CASE size % 8
                WHEN 0 THEN '' ELSE lpad(to_hex((1 << (size % 8)) - 1), 2, '0') END, 'hex'),
              clock_timestamp(), clock_timestamp()
       FROM closed
       ON CONFLICT DO NOTHING`,
      [run.id, firstNumber, run.month, startNodeId],
    );
    return rowCount ?? 0;
  });
}

export interface RunProgress {
  readonly state: RunState;
  readonly openCohorts: number;
  /** Whether a message may still change; while a cohort is open nobody looks, and it counts as true. */
  readonly openMessages: boolean;
}

interface FinishRow {
  readonly state: RunState;
  readonly month: number;
  readonly open_cohorts: string;
  readonly open_messages: boolean;
}

/** Finishes a run once no cohort is open and every message has ended, or when `force` says that it is time. */
export async function finishRun(
  database: Queryable,
  runId: string,
  force: boolean,
): Promise<RunProgress | undefined> {
  const { rows } = await database.query<FinishRow>(
    `SELECT run.state, run.month, open.cohorts AS open_cohorts,
            CASE open.cohorts WHEN 0 THEN EXISTS (
              SELECT FROM message WHERE message.month = run.month AND run_id = run.id AND ended_at IS NULL)
            ELSE true END AS open_messages
     FROM run, LATERAL (SELECT count(*) AS cohorts FROM cohort WHERE run_id = run.id AND finished_at IS NULL) AS open
     WHERE run.id = $1`,
    [runId],
  );
  const [row] = rows;
  if (!row) return undefined;
  const progress = { openCohorts: Number(row.open_cohorts), openMessages: row.open_messages };
  const ended = progress.openCohorts === 0 && (!progress.openMessages || force);
  if (!ended) return { ...progress, state: row.state };
  if (row.state === 'cancelled') await cancelQueuedOfRun(database, runId, row.month);
  const closed = await database.query<{ state: RunState }>(
    `UPDATE run SET state = CASE WHEN state IN ('running', 'finishing') THEN 'finished' ELSE state END,
       finished_at = CASE WHEN state = 'paused' THEN NULL ELSE coalesce(finished_at, clock_timestamp()) END
     WHERE id = $1 RETURNING state`,
    [runId],
  );
  return { ...progress, state: closed.rows[0]?.state ?? row.state };
}
