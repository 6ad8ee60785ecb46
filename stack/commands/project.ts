import { inheritedEnvironment } from '../../config/inherited.ts';
import { parseEnvironment, requireVariables } from '../../config/environment.ts';
import { createPool } from '../../database/pool.ts';
import { seedProject } from '../../database/seed.ts';
import { SecretBox } from '../../database/secret-box.ts';
import { loadEnvFile } from '../env-file.ts';
import { doorsOf } from '../doors.ts';
import { projectSeed } from '../project-seed.ts';
import { say } from '../say.ts';

const WEBHOOK_SECRETS = {
  infobip: 'INFOBIP_WEBHOOK_SECRET',
  'sinch-sms': 'SINCH_WEBHOOK_SECRET',
  'sinch-mms': 'SINCH_WEBHOOK_SECRET',
} as const;
const WHY_SECRET = 'it proves that delivery reports come from the provider.';
/** Nothing is simulated here, and every secret is named. */
const NOTHING_MADE = { simulatorApiKey: '', webhookSecret: '' };

/** `npm run project`: makes the project in the database of DATABASE_URL, or brings it to what the variables say. */
try {
  loadEnvFile();
  const environment = parseEnvironment(inheritedEnvironment());
  const given = requireVariables(
    environment,
    ['DATABASE_URL', 'CREDENTIAL_KEYS'],
    'they name the database of the project and the keys of its credentials.',
  );
  const doors = doorsOf(environment, undefined);
  for (const { provider } of doors) requireVariables(environment, [WEBHOOK_SECRETS[provider]], WHY_SECRET);
  const seed = projectSeed(environment, { doors, made: NOTHING_MADE });
  const pool = createPool({ url: given.DATABASE_URL, name: 'project', connections: 1 });
  try {
    await seedProject(pool, seed, new SecretBox(given.CREDENTIAL_KEYS));
    say(`The project is there, in mode ${seed.mode}.`);
  } finally {
    await pool.end();
  }
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
