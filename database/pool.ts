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
  /** After how long a statement without an answer is given up, and its connection with it. Default 60 s. */
  readonly queryMs?: number;
}

/** Longest statement that may take long: it must end some day, because the host may have vanished without a word. */
const LONG_QUERY_MS = 6 * 3_600_000;

/**
 * A pool whose sessions wait at most 2 s for a lock.
 *
 * A connection that breaks is dropped silently: a statement on it fails, the next one opens another. It must not
 * take the process with it, which is what an error does that nobody listens to.
 */
export function createPool({ url, name, connections = 10, queryMs = 60_000 }: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    application_name: `tidings ${name}`,
    max: connections,
    connectionTimeoutMillis: 10_000,
    query_timeout: queryMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options:
      '-c lock_timeout=2000 -c idle_in_transaction_session_timeout=30000 -c timezone=UTC -c plan_cache_mode=force_custom_plan',
  });
  pool.on('error', () => undefined);
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  return pool;
}

/** A statement that may take long: {@link PoolOptions.queryMs} is not for it. */
export function longQuery(
  text: string,
  values: readonly unknown[] = [],
): pg.QueryConfig<unknown[]> & { readonly query_timeout: number } {
  return { text, values: [...values], query_timeout: LONG_QUERY_MS };
}
