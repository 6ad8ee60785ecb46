import { inheritedEnvironment } from '../../config/inherited.ts';
import { parseEnvironment } from '../../config/environment.ts';
import { newApiKey } from '../../database/api-key.ts';
import { createPool } from '../../database/pool.ts';
import { insertApiKey } from '../../database/seed.ts';
import { loadEnvFile } from '../env-file.ts';
import { say } from '../say.ts';
import { homeOf } from '../settings.ts';
import { readState } from '../state-file.ts';

/** `npm run api-key [name]`: makes another API key for the project, shown once. */
loadEnvFile();
const environment = parseEnvironment(inheritedEnvironment());
const url = environment.DATABASE_URL ?? (await readState(homeOf(environment)))?.access.databaseUrl;
if (!url) {
  say('There is no database yet. Run npm start first, or set DATABASE_URL.');
  process.exitCode = 1;
} else {
  const pool = createPool({ url, name: 'api-key', connections: 1 });
  try {
    const { rows } = await pool.query<{ id: string }>(`SELECT id FROM project WHERE key = 'default'`);
    if (!rows[0]) throw new Error('The database has no project yet. Run npm start or npm run project first.');
    const key = newApiKey();
    await insertApiKey(pool, rows[0].id, key, process.argv[2] ?? 'made by npm run api-key');
    say('The key is shown only now; only its hash is stored.');
    process.stdout.write(`${key.key}\n`);
  } catch (error) {
    say(`${error instanceof Error ? error.message : String(error)} Is the stack running (npm start)?`);
    process.exitCode = 1;
  } finally {
    await pool.end();
  }
}
