import { inheritedEnvironment } from '../../config/inherited.ts';
import { parseEnvironment, requireVariables } from '../../config/environment.ts';
import { assertServer } from '../../database/assert-server.ts';
import { migrate } from '../../database/migrate.ts';
import { createPool } from '../../database/pool.ts';
import { loadEnvFile } from '../env-file.ts';
import { say } from '../say.ts';

/** `npm run migrate`: brings the database of DATABASE_URL to the newest migration. */
loadEnvFile();
const { DATABASE_URL: url } = requireVariables(
  parseEnvironment(inheritedEnvironment()),
  ['DATABASE_URL'],
  'it names the database to migrate.',
);
const pool = createPool({ url, name: 'migrate', connections: 1 });
try {
  await assertServer(pool);
  const applied = await migrate(pool);
  say(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
} finally {
  await pool.end();
}
