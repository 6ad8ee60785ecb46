import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { longQuery, type Connection, type Pool } from './pool.ts';

const MIGRATIONS = path.join(import.meta.dirname, '..', 'prisma', 'migrations');
/** Months for which partitions exist ahead of the current one; two past ones take late receipts. */
const PARTITIONS = { past: 2, ahead: 4 };

/** The table and the checksum that `prisma migrate deploy` keeps, so that either may be used. */
const CREATE_LOG = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id varchar(36) PRIMARY KEY, checksum varchar(64) NOT NULL, finished_at timestamptz,
    migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz,
    started_at timestamptz NOT NULL DEFAULT now(), applied_steps_count int NOT NULL DEFAULT 0)`;

/**
 * Brings the database to the newest migration and makes the partitions of the coming months.
 *
 * Several processes may call it at once. @returns names of the migrations that were applied now
 * @throws Error when a migration that is already applied has been changed since
 */
export async function migrate(pool: Pool): Promise<readonly string[]> {
  const connection = await pool.connect();
  try {
    await connection.query('SET lock_timeout = 0');
    await connection.query(longQuery(`SELECT pg_advisory_lock(hashtextextended('tidings migrations', 0))`));
    await connection.query(CREATE_LOG);
    const applied: string[] = [];
    for (const name of await migrationNames()) if (await applyOnce(connection, name)) applied.push(name);
    await ensurePartitions(connection);
    return applied;
  } finally {
    // Ending the session also gives its lock and its setting back.
    connection.release(true);
  }
}

/** Makes partitions for the months around now; safe to repeat. */
export async function ensurePartitions(connection: Pick<Pool, 'query'>): Promise<void> {
  const { past, ahead } = PARTITIONS;
  const sql = 'SELECT ensure_partitions((now() - make_interval(months => $1))::date, $2)';
  await connection.query(longQuery(sql, [past, past + 1 + ahead]));
}

async function migrationNames(): Promise<readonly string[]> {
  const entries = await readdir(MIGRATIONS, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

async function applyOnce(connection: Connection, name: string): Promise<boolean> {
  const sql = await readFile(path.join(MIGRATIONS, name, 'migration.sql'), 'utf8');
  const checksum = createHash('sha256').update(sql).digest('hex');
  const { rows } = await connection.query<{ checksum: string }>(
    'SELECT checksum FROM _prisma_migrations WHERE migration_name = $1 AND finished_at IS NOT NULL',
    [name],
  );
  if (rows[0]) {
    if (rows[0].checksum === checksum) return false;
    throw new Error(`Migration ${name} was changed after it had been applied. Restore it and add a new one.`);
  }
  // One multi-statement query is one transaction: a migration is applied whole or not at all.
  await connection.query(
    longQuery(`${sql};\nINSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
      VALUES ('${randomUUID()}', '${checksum}', '${name}', now(), 1)`),
  );
  return true;
}
