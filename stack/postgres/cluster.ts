import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { exists } from '../exists.ts';
import { say } from '../say.ts';
import { locatePostgres } from './binaries.ts';
import { isReachable, serverOwner, type Owner } from './owner.ts';

const run = promisify(execFile);
const USER = 'tidings';

export interface ClusterOptions {
  /** Where the stack keeps its data. */
  readonly home: string;
  readonly port: number;
  readonly password: string;
  /** Settings of the server beside the stack's own; tests trade safety for speed with them. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** A PostgreSQL server that is ready to be started. */
export interface Cluster {
  readonly command: readonly string[];
  readonly owner: Owner | undefined;
  readonly dataFolder: string;
  /** Address of a database of this server. */
  url(database: string): string;
}

/** Settings that differ from PostgreSQL's defaults. */
const SETTINGS: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '200',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  wal_compression: 'on',
  autovacuum_naptime: '15s',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/** Prepares a server's data folder, once, and tells how to start it. */
export async function prepareCluster({
  home,
  port,
  password,
  settings = {},
}: ClusterOptions): Promise<Cluster> {
  const owner = await serverOwner();
  const folder = await reachableFolder(path.join(home, 'postgres'), owner);
  const dataFolder = path.join(folder, 'data');
  const binaries = await locatePostgres(folder, owner !== undefined);
  if (!(await exists(path.join(dataFolder, 'PG_VERSION')))) {
    await initialise(path.join(binaries.folder, 'bin', 'initdb'), folder, dataFolder, owner, password);
  }
  const all = { ...SETTINGS, port: String(port), ...settings };
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  return {
    command: [path.join(binaries.folder, 'bin', 'postgres'), '-D', dataFolder, ...flags],
    owner,
    dataFolder,
    url: (database) => `postgresql://${USER}:${password}@127.0.0.1:${port}/${database}`,
  };
}

/** Every folder in which a stack of this home may keep its data. */
export function dataFolders(home: string): string[] {
  const wanted = path.join(home, 'postgres');
  return [wanted, fallbackFolder(wanted)].map((folder) => path.join(folder, 'data'));
}

function fallbackFolder(wanted: string): string {
  const name = createHash('sha256').update(wanted).digest('hex').slice(0, 12);
  return path.join('/var/tmp', `tidings-${name}`);
}

/** A folder that the server's user can come to: the wanted one, or one by its name in the system's. */
async function reachableFolder(wanted: string, owner: Owner | undefined): Promise<string> {
  await mkdir(wanted, { recursive: true });
  if (!owner || (await isReachable(wanted))) {
    if (owner) await chown(wanted, owner.uid, owner.gid);
    return wanted;
  }
  const folder = fallbackFolder(wanted);
  say(`PostgreSQL's data is in ${folder}: as root it runs as another user, who can't come to ${wanted}.`);
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
  await chown(folder, owner.uid, owner.gid);
  return folder;
}

async function initialise(
  initdb: string,
  folder: string,
  dataFolder: string,
  owner: Owner | undefined,
  password: string,
): Promise<void> {
  // A start that was interrupted in the middle of this leaves half a folder.
  await rm(dataFolder, { recursive: true, force: true });
  const passwordFile = path.join(folder, 'initial-password');
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner) await chown(passwordFile, owner.uid, owner.gid);
  try {
    await run(
      initdb,
      [
        ...['-D', dataFolder, '-U', USER, '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
        ...['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8', '--no-instructions'],
      ],
      { ...owner, cwd: folder },
    );
  } catch (error) {
    await rm(dataFolder, { recursive: true, force: true });
    throw new Error(
      `PostgreSQL's data folder could not be made: ${error instanceof Error ? error.message : ''}`,
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
}

/** Whether the server answers queries. */
export async function answersQueries(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Makes a database unless it is there. */
export async function ensureDatabase(cluster: Cluster, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.url('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
