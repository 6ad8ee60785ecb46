import { inheritedEnvironment } from '../../config/inherited.ts';
import { parseEnvironment, requireVariables } from '../../config/environment.ts';
import { createPool } from '../../database/pool.ts';
import { seedProject } from '../../database/seed.ts';
import { loadEnvFile } from '../env-file.ts';
import { projectSeed } from '../project-seed.ts';
import { say } from '../say.ts';

/** `npm run project`: makes the project in the database of DATABASE_URL, or brings it to what the variables say. */
try {
  loadEnvFile();
  const environment = parseEnvironment(inheritedEnvironment());
  const { DATABASE_URL: url, INFOBIP_BASE_URL: baseUrl } = requireVariables(
    environment,
    ['DATABASE_URL', 'INFOBIP_BASE_URL'],
    'they name the database of the project and its provider.',
  );
  const seed = projectSeed(environment, { baseUrl, refusesKnownIds: false });
  const pool = createPool({ url, name: 'project', connections: 1 });
  try {
    await seedProject(pool, seed);
    say(`The project is there, in mode ${seed.mode}.`);
  } finally {
    await pool.end();
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
