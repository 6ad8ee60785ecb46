import type { Queryable } from './pool.ts';

/** Oldest PostgreSQL that the engine's statements run on. */
const MIN_VERSION = 150_000;

/**
 * Refuses a server on which an acknowledged commit could be lost: that would be a second send.
 * @throws Error with a sentence that says what to change
 */
export async function assertServer(database: Queryable): Promise<void> {
  const { rows } = await database.query<{ name: string; setting: string }>(
    `SELECT name, setting FROM pg_settings
     WHERE name IN ('server_version_num', 'fsync', 'synchronous_commit', 'server_encoding')`,
  );
  const settings = new Map(rows.map((row) => [row.name, row.setting]));
  if (Number(settings.get('server_version_num')) < MIN_VERSION) {
    throw new Error('PostgreSQL 15 or newer is needed. Point DATABASE_URL at such a server.');
  }
  if (settings.get('server_encoding') !== 'UTF8') {
    throw new Error("The database must be encoded in UTF8. Create it with ENCODING 'UTF8'.");
  }
  if (settings.get('fsync') !== 'on') {
    throw new Error(
      'PostgreSQL runs with fsync = off: a crash could lose a claim and send twice. Turn it on.',
    );
  }
  if (['off', 'local'].includes(settings.get('synchronous_commit') ?? '')) {
    throw new Error(
      'PostgreSQL runs with synchronous_commit off or local: a crash could lose a claim and send twice. Set it to on.',
    );
  }
}
