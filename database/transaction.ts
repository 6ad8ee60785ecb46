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

/** Serialises everything that changes what a run may do with everything that the run does. */
export async function lockRun(
  connection: Connection,
  runId: string,
  mode: 'shared' | 'exclusive',
): Promise<void> {
  const lock = mode === 'shared' ? 'pg_advisory_xact_lock_shared' : 'pg_advisory_xact_lock';
  await connection.query(`SELECT ${lock}(hashtextextended('run ' || $1, 0))`, [runId]);
}
