import type { Connection, Pool } from './pool.ts';
import { isConnectionFailure } from './postgres-error.ts';

/**
 * How a transaction's named statements are planned.
 *
 * `each-time`, the default: for the values and the sizes that there are. The others plan once a connection, so only for
 * statements that find few rows by whole keys in tables of any size, since the plan outlives the size it was made for:
 * `lookups` looks row by row into an index, `batches` hashes what an index finds for a batch, whose ids the statement must
 * name to each table. A test holds both against empty tables.
 */
export type Planning = 'each-time' | 'batches' | 'lookups';

const ONCE = ['BEGIN', 'SET LOCAL plan_cache_mode = force_generic_plan', 'SET LOCAL enable_seqscan = off'];
const BEGIN: Readonly<Record<Planning, string>> = {
  'each-time': 'BEGIN',
  batches: [...ONCE, 'SET LOCAL enable_nestloop = off', 'SET LOCAL enable_mergejoin = off'].join('; '),
  lookups: [...ONCE, 'SET LOCAL enable_hashjoin = off', 'SET LOCAL enable_mergejoin = off'].join('; '),
};

/** Runs `work` in one READ COMMITTED transaction: all of it is applied, or nothing. */
export async function inTransaction<T>(
  pool: Pool,
  work: (connection: Connection) => Promise<T>,
  planning: Planning = 'each-time',
): Promise<T> {
  const connection = await pool.connect();
  let broken = false;
  try {
    await connection.query(BEGIN[planning]);
    const result = await work(connection);
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    broken = isConnectionFailure(error) || !(await rollBack(connection));
    throw error;
  } finally {
    connection.release(broken);
  }
}

/** @returns whether the connection can be used again */
function rollBack(connection: Connection): Promise<boolean> {
  return connection.query('ROLLBACK').then(
    () => true,
    () => false,
  );
}

/** Serialises a change of what a run may do with everything that the run does. */
export async function lockRun(connection: Connection, runId: string): Promise<void> {
  await connection.query(`SELECT pg_advisory_xact_lock(hashtextextended('run ' || $1, 0))`, [runId]);
}

/**
 * Keeps a claim together with everything that may forbid it: changes of its run, and holds of its account.
 *
 * Holds are rare and short, so one lock serves all projects of an account.
 */
export async function lockForClaim(connection: Connection, runId: string, projectId: string): Promise<void> {
  await connection.query({
    name: 'lock-for-claim',
    text: `
      SELECT pg_advisory_xact_lock_shared(hashtextextended('run ' || $1, 0)),
             pg_advisory_xact_lock_shared(hashtextextended('holds ' || account_id, 0))
      FROM project WHERE id = $2`,
    values: [runId, projectId],
  });
}

/** Keeps a claim outside of any run together with the holds that may forbid it, as {@link lockForClaim} does. */
export async function lockHoldsForClaim(connection: Connection, projectId: string): Promise<void> {
  await connection.query(
    `SELECT pg_advisory_xact_lock_shared(hashtextextended('holds ' || account_id, 0)) FROM project WHERE id = $1`,
    [projectId],
  );
}

/** Serialises a change of holds with every claim of the account. */
export async function lockHolds(connection: Connection, projectId: string): Promise<void> {
  await connection.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('holds ' || account_id, 0)) FROM project WHERE id = $1`,
    [projectId],
  );
}
