import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { createPool } from '../../database/pool.ts';
import { migrate } from '../../database/migrate.ts';
import { isAlive, stopLeftovers } from '../../stack/leftovers.ts';
import { answersQueries, dataFolders, ensureDatabase, prepareCluster } from '../../stack/postgres/cluster.ts';
import { locateTemporal } from '../../stack/temporal/locate.ts';
import { endWithParent } from '../support/end-with-parent.ts';
import { freePort } from '../support/temporal-server.ts';
import { workflowBundle } from '../../worker/workflow-bundle.ts';

const HOME = path.join(import.meta.dirname, '..', '..', '.tidings', 'test');
const PASSWORD = 'only-for-tests-on-this-machine';
export const TEMPLATE = 'tidings_template';

/** Starts one PostgreSQL for all test files, with a migrated template, and finds the Temporal server. */
export default async function setUp(): Promise<void> {
  await mkdir(HOME, { recursive: true });
  await stopLeftovers(HOME, undefined, dataFolders(HOME));
  const port = await freePort();
  const cluster = await prepareCluster({ home: HOME, port, password: PASSWORD });
  const [program = '', ...args] = cluster.command;
  const server = spawn(program, args, {
    cwd: cluster.dataFolder,
    stdio: 'ignore',
    env: { LANG: 'C.UTF-8' },
    ...cluster.owner,
  });
  // An immediate stop.
  endWithParent(server, 'QUIT');
  while (!(await answersQueries(cluster.url('postgres')))) {
    if (server.exitCode !== null) throw new Error('PostgreSQL did not start.');
  }
  const admin = createPool({ url: cluster.url('postgres'), name: 'setup', connections: 1 });
  const { rows } = await admin.query<{ datname: string }>(
    `SELECT datname FROM pg_database WHERE datname ~ '^t_'`,
  );
  for (const { datname } of rows) await admin.query(`DROP DATABASE "${datname}" WITH (FORCE)`);
  await admin.query(`DROP DATABASE IF EXISTS ${TEMPLATE}`);
  await admin.end();
  await ensureDatabase(cluster, TEMPLATE);
  const pool = createPool({ url: cluster.url(TEMPLATE), name: 'setup', connections: 1 });
  await migrate(pool);
  await pool.end();
  process.env['TEST_POSTGRES'] = cluster.url('DATABASE');
  process.env['TEST_TEMPORAL'] = await locateTemporal();
  process.env['TEST_BUNDLE'] = await workflowBundle(path.join(HOME, 'bundles'));
  Object.assign(globalThis, { stopPostgres: () => stop(server.pid) });
}

async function stop(pid: number | undefined): Promise<void> {
  if (pid === undefined) return;
  process.kill(pid, 'SIGINT');
  while (isAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20));
}
