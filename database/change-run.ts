import { RUN_TRANSITIONS, type RunState } from '../domain/states.ts';
import { cancelQueuedOfRun } from './run-life.ts';
import type { Connection, Pool } from './pool.ts';
import { inTransaction, lockRun } from './transaction.ts';

export interface ChangedRun {
  readonly before: RunState;
  readonly after: RunState;
}

interface Row {
  readonly state: RunState;
  readonly reason: string | null;
  readonly month: number;
  readonly relayed: boolean;
  readonly started: boolean;
  readonly draining: boolean;
}

/** What an operator wants of a run: the state that it should have, or undefined when nothing is to be changed. */
type Wish = (run: Row) => RunState | undefined;

/**
 * Stops a run where it is: after the commit nothing is claimed until it is resumed.
 *
 * Clocks run on meanwhile: a wait may end, a receipt may come in.
 * @param by of whom it must be, and whether the reason is added to that of a run which is paused already
 * @returns undefined when there is no such run; `after` says whether it worked
 */
export function pauseRun(
  pool: Pool,
  runId: string,
  reason: string,
  by?: { readonly projectId: string; readonly addsReason: boolean },
): Promise<ChangedRun | undefined> {
  const change = { runId, projectId: by?.projectId, reason, addsReason: by?.addsReason ?? false };
  return changeRun(pool, change, () => 'paused');
}

/** Lets a paused run go on from where it is; what it sends is gated again and leaves at a pace. */
export function resumeRun(pool: Pool, runId: string, projectId?: string): Promise<ChangedRun | undefined> {
  return changeRun(pool, { runId, projectId, reason: null }, (run) => {
    if (run.state !== 'paused') return undefined;
    if (!run.started) return 'requested';
    return run.draining ? 'finishing' : 'running';
  });
}

/** Lets a run take nobody in any more; whoever is in it walks to the end. */
export function drainRun(pool: Pool, runId: string, projectId?: string): Promise<ChangedRun | undefined> {
  return changeRun(pool, { runId, projectId, reason: null, draining: true }, (run) =>
    run.state === 'running' ? 'finishing' : undefined,
  );
}

/**
 * Cancels a run: after the commit nothing is claimed any more.
 *
 * Its workflows are told by the pump; messages that wait in the ledger end as `cancelled`.
 */
export function cancelRun(
  pool: Pool,
  runId: string,
  reason: string,
  projectId?: string,
): Promise<ChangedRun | undefined> {
  return changeRun(pool, { runId, projectId, reason }, () => 'cancelled');
}

interface Change {
  readonly runId: string;
  readonly projectId: string | undefined;
  readonly reason: string | null;
  readonly draining?: boolean;
  /** A run that is in the wanted state already gets this reason too. */
  readonly addsReason?: boolean;
}

function changeRun(pool: Pool, change: Change, wish: Wish): Promise<ChangedRun | undefined> {
  return inTransaction(pool, async (connection) => {
    // Waits for the claims that are under way: each holds the lock for milliseconds.
    await connection.query('SET LOCAL lock_timeout = 30000');
    await lockRun(connection, change.runId);
    const run = await readRow(connection, change);
    if (!run) return undefined;
    const wanted = wish(run);
    const after = wanted && RUN_TRANSITIONS[run.state].includes(wanted) ? wanted : run.state;
    const draining = run.draining || (change.draining ?? false);
    const kept = wanted === run.state && change.addsReason ? bothReasons(run, change) : run.reason;
    const reason = after === run.state ? kept : change.reason;
    const isSame = after === run.state && draining === run.draining && reason === run.reason;
    if (isSame) return { before: run.state, after };
    await connection.query(
      `UPDATE run SET state = $2, state_reason = $3, draining = $4, wake_at = clock_timestamp(),
         resumed_at = CASE WHEN state = 'paused' AND $2 <> 'cancelled' THEN clock_timestamp() ELSE resumed_at END,
         finished_at = CASE WHEN $2 = 'cancelled' AND NOT $5 THEN clock_timestamp() ELSE finished_at END
       WHERE id = $1`,
      [change.runId, after, reason, draining, run.relayed],
    );
    if (after === 'cancelled') await cancelQueuedOfRun(connection, change.runId, run.month);
    return { before: run.state, after };
  });
}

function bothReasons({ reason }: Row, change: Change): string | null {
  if (reason === null || change.reason === null) return reason ?? change.reason;
  return `; ${reason}; `.includes(`; ${change.reason}; `) ? reason : `${reason}; ${change.reason}`;
}

async function readRow(connection: Connection, change: Change): Promise<Row | undefined> {
  const { rows } = await connection.query<Row>(
    `SELECT state, state_reason AS reason, month, relayed_at IS NOT NULL AS relayed, started_at IS NOT NULL AS started, draining FROM run
     WHERE id = $1 AND ($2::uuid IS NULL OR project_id = $2) FOR NO KEY UPDATE`,
    [change.runId, change.projectId ?? null],
  );
  return rows[0];
}
