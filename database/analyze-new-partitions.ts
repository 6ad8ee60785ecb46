import pg from 'pg';
import type { Pool } from './pool.ts';

/**
 * Makes statistics of partitions in which there is something for the first time.
 *
 * Until autovacuum comes by PostgreSQL takes a month for one of 200 in its own partition, so that reading all of it seems
 * cheaper than looking up a batch of ids. Once it knows better it goes by the size that the partition has.
 * @returns names of the partitions
 */
export async function analyzeNewPartitions(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ schema: string; name: string }>(
    `SELECT relnamespace::regnamespace::text AS schema, relname AS name
     FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
     WHERE relkind = 'r' AND reltuples <= 0 AND pg_relation_size(pg_class.oid) > 0`,
  );
  for (const { schema, name } of rows)
    await pool.query(`ANALYZE (SKIP_LOCKED) ${schema}.${pg.escapeIdentifier(name)}`);
  return rows.map(({ name }) => name);
}
