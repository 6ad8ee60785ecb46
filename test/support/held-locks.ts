import type { Connection, Pool } from '../../database/pool.ts';
import { eventually } from './eventually.ts';

/** A transaction that holds locks until the test lets them go. */
export class HeldLocks {
  readonly connection: Connection;
  private readonly pool: Pool;
  private readonly pid: number;

  private constructor(pool: Pool, connection: Connection, pid: number) {
    this.pool = pool;
    this.connection = connection;
    this.pid = pid;
  }

  /** @param sql a statement that locks */
  static async take(pool: Pool, sql: string, values: readonly unknown[] = []): Promise<HeldLocks> {
    const connection = await pool.connect();
    await connection.query('BEGIN');
    await connection.query(sql, [...values]);
    const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return new HeldLocks(pool, connection, rows[0]?.pid ?? 0);
  }

  /** Holds locks while `work` looks at what others do meanwhile, and lets them go however it ends. */
  static async during<T>(
    pool: Pool,
    sql: string,
    values: readonly unknown[],
    work: (held: HeldLocks) => Promise<T>,
  ): Promise<T> {
    const held = await HeldLocks.take(pool, sql, values);
    try {
      return await work(held);
    } finally {
      await held.letGo();
    }
  }

  /** Resolves once another session waits for one of the locks. */
  async isWaitedFor(): Promise<void> {
    await eventually(async () => {
      const { rowCount } = await this.pool.query(
        'SELECT FROM pg_stat_activity WHERE $1 = ANY (pg_blocking_pids(pid))',
        [this.pid],
      );
      return rowCount ? true : undefined;
    });
  }

  async letGo(): Promise<void> {
    await this.connection.query('COMMIT');
    this.connection.release();
  }
}
