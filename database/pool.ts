import pg from 'pg';

export type Pool = pg.Pool;
export type Connection = pg.PoolClient;
/** Where one statement can be run: a pool, or the connection of a transaction. */
export type Queryable = Pick<pg.Pool, 'query'>;

export interface PoolOptions {
  readonly url: string;
  /** Shown in `pg_stat_activity`. */
  readonly name: string;
  /** Default 10. */
  readonly connections?: number;
}

/**
 * A pool whose sessions wait at most 2 s for a lock.
 *
 * A connection that breaks while idle is dropped silently; the next query opens another.
 */
export function createPool({ url, name, connections = 10 }: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `tidings ${name}`,
    max: connections,
    connectionTimeoutMillis: 10_000,
    options: '-c lock_timeout=2000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC',
  });
  pool.on('error', () => undefined);
  return pool;
}
