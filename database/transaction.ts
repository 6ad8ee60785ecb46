import type { Connection, Pool } from './pool.ts';

/** Runs `work` in one READ COMMITTED transaction: all of it is applied, or nothing. */
export async function inTransaction<T>(pool: Pool, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await pool.connect();
  let broken: Error | undefined;
  try {
    await connection.query('BEGIN');
    const result = await work(connection);
    await connection.query('COMMIT');
    return result;
  } catch (error) {
    await connection.query('ROLLBACK').catch((cause: unknown) => {
      broken = cause instanceof Error ? cause : new Error(String(cause));
    });
    throw error;
  } finally {
    connection.release(broken);
  }
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
