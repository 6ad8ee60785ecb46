import type { Connection, Pool } from './pool.ts';
import { isConnectionFailure } from './postgres-error.ts';

/** Runs `work` in one READ COMMITTED transaction: all of it is applied, or nothing. */
export async function inTransaction<T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await pool.connect();
  let broken = false;
  try {
    await connection.query('BEGIN');
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

/** Serialises a change of holds with every claim of the account. */
export async function lockHolds(connection: Connection, projectId: string): Promise<void> {
  await connection.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('holds ' || account_id, 0)) FROM project WHERE id = $1`,
    [projectId],
  );
}
