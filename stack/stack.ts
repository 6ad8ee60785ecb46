import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Variables } from '../config/environment.ts';
import { parseEnvironment } from '../config/environment.ts';
import { assertServer } from '../database/assert-server.ts';
import { migrate } from '../database/migrate.ts';
import { assertPhoneKey } from '../database/phone-hash.ts';
import { createPool } from '../database/pool.ts';
import { seedProject } from '../database/seed.ts';
import { isRunning, stopLeftovers } from './leftovers.ts';
import { ManagedProcess, type ProcessOptions } from './managed-process.ts';
import { answersQueries, dataFolders, ensureDatabase, prepareCluster } from './postgres/cluster.ts';
import { SecretBox } from '../database/secret-box.ts';
import { registerPostbacks } from './register-postbacks.ts';
import { say } from './say.ts';
import { homeOf, stackSettings, type StackSettings } from './settings.ts';
import { readState, writeState, type StackAccess, type StackState } from './state-file.ts';
import { locateTemporal } from './temporal/locate.ts';
import { isListening, temporalCommand } from './temporal/server.ts';

const DATABASE = 'tidings';

/** The simulators behind the integrations that the sender sends through. */
function simulatedOf({ seed, doors }: StackSettings): string[] | null {
  const used = doors.filter(({ provider }) => Object.values(seed.through).includes(provider));
  const simulators = used.flatMap(({ simulator }) => simulator ?? []);
  return simulators.length === used.length ? simulators : null;
}

/** Another stack runs in the same data folder. */
export class StackRunningError extends Error {
  readonly state: StackState;

  constructor(state: StackState) {
    super(
      `A stack is running already (process ${state.pid}, API ${state.access.api}). ` +
        'Stop it with Ctrl-C, or set TIDINGS_HOME to another folder.',
    );
    this.state = state;
  }
}

/** Everything on one machine: PostgreSQL, Temporal, the simulator, API, worker and pump, as supervised children. */
export class Stack {
  readonly access: StackAccess;
  private readonly processes: readonly ManagedProcess[];

  constructor(access: StackAccess, processes: readonly ManagedProcess[]) {
    this.access = access;
    this.processes = processes;
  }

  /**
   * Brings everything up; what an earlier start left behind is stopped first.
   * @throws StackRunningError, ConfigurationError, or an Error that says what to do
   */
  static async start(variables: Variables): Promise<Stack> {
    const home = homeOf(parseEnvironment(variables));
    const last = await readState(home);
    if (last && (await isRunning(last))) throw new StackRunningError(last);
    await stopLeftovers(home, last, dataFolders(home));
    const settings = await stackSettings(variables);
    return new StackStart(settings).run();
  }

  /** Stops everything in the order in which nothing is lost or left over. */
  async stop(): Promise<void> {
    for (const process of [...this.processes].reverse()) await process.stop();
  }
}

/** The steps of one start; what has been started is stopped again when a later step fails. */
class StackStart {
  private readonly settings: StackSettings;
  private readonly started: ManagedProcess[] = [];
  private readonly pids: Record<string, number> = {};
  private access: StackAccess;

  constructor(settings: StackSettings) {
    this.settings = settings;
    const { addresses, apiKey, environment, embedded, namespace } = settings;
    this.access = {
      api: addresses.api,
      docs: addresses.docs,
      temporalUi: addresses.temporalUi ?? null,
      apiKey,
      databaseUrl: '',
      projectId: '',
      temporalAddress: environment['TEMPORAL_ADDRESS'] ?? '',
      namespace,
      timings: environment['TIMINGS'] ?? '',
      simulator: embedded.simulator ? `http://127.0.0.1:${settings.ports.simulator}` : null,
      simulated: simulatedOf(settings),
    };
  }

  async run(): Promise<Stack> {
    const { settings } = this;
    await mkdir(path.join(settings.home, 'logs'), { recursive: true });
    this.save();
    try {
      const databaseUrl = await this.startServers();
      const projectId = await this.prepareDatabase(databaseUrl);
      this.access = { ...this.access, databaseUrl, projectId };
      if (settings.embedded.simulator)
        await this.startService('simulator', 'simulators/main.ts', databaseUrl);
      await Promise.all([
        this.startService('api', 'api/main.ts', databaseUrl),
        ...Array.from({ length: settings.workers }, (_, i) =>
          this.startService(i === 0 ? 'worker' : `worker-${i + 1}`, 'worker/worker.ts', databaseUrl),
        ),
        this.startService('pump', 'worker/pump.ts', databaseUrl),
      ]);
      const api = `http://127.0.0.1:${settings.ports.api}`;
      await registerPostbacks({ api, apiKey: settings.apiKey }, settings.doors);
      this.save();
      return new Stack(this.access, this.started);
    } catch (error) {
      for (const process of this.started.reverse()) await process.stop();
      throw error;
    }
  }

  /** Ends only when both are up or have failed: nothing is started any more when the start is given up. */
  private async startServers(): Promise<string> {
    const [postgres, temporal] = await Promise.allSettled([this.startPostgres(), this.startTemporal()]);
    if (postgres.status === 'rejected') throw postgres.reason;
    if (temporal.status === 'rejected') throw temporal.reason;
    return postgres.value;
  }

  private async startPostgres(): Promise<string> {
    const { settings } = this;
    if (!settings.embedded.postgres) return settings.environment['DATABASE_URL'] ?? '';
    say('Starting PostgreSQL …');
    const cluster = await prepareCluster({
      home: settings.home,
      port: settings.ports.postgres,
      password: settings.secrets.postgresPassword,
    });
    await this.start({
      name: 'postgres',
      command: cluster.command,
      environment: { LANG: 'C.UTF-8' },
      cwd: cluster.dataFolder,
      owner: cluster.owner,
      stopSignal: 'SIGINT',
      isReady: () => answersQueries(cluster.url('postgres')),
    });
    await ensureDatabase(cluster, DATABASE);
    return cluster.url(DATABASE);
  }

  private async startTemporal(): Promise<void> {
    const { settings } = this;
    if (!settings.embedded.temporal) return;
    const program = await locateTemporal();
    say('Starting Temporal …');
    const { ports, home, namespace } = settings;
    await this.start({
      name: 'temporal',
      command: await temporalCommand({
        program,
        folder: path.join(home, 'temporal'),
        port: ports.temporal,
        uiPort: ports.temporalUi,
        namespace,
      }),
      environment: settings.environment,
      cwd: home,
      stopSignal: 'SIGTERM',
      isReady: () => isListening(ports.temporal),
    });
  }

  /** Migrates, asserts what the promises rest on, and makes the project. */
  private async prepareDatabase(databaseUrl: string): Promise<string> {
    const { settings } = this;
    const pool = createPool({ url: databaseUrl, name: 'stack', connections: 2 });
    try {
      await assertServer(pool);
      const applied = await migrate(pool);
      if (applied.length > 0) say(`Applied ${applied.length} migration(s).`);
      await assertPhoneKey(pool, settings.environment['PHONE_KEY'] ?? '');
      return await seedProject(pool, settings.seed, new SecretBox(settings.credentialKeys));
    } finally {
      await pool.end();
    }
  }

  private startService(name: string, file: string, databaseUrl: string): Promise<void> {
    const { root, environment } = this.settings;
    return this.start({
      name,
      command: [process.execPath, '--enable-source-maps', '--import', 'tsx', path.join(root, file)],
      environment: { ...environment, DATABASE_URL: databaseUrl },
      cwd: root,
      stopSignal: 'SIGTERM',
    });
  }

  private async start(options: Omit<ProcessOptions, 'logFile' | 'onStart'>): Promise<void> {
    const process = new ManagedProcess({
      ...options,
      logFile: path.join(this.settings.home, 'logs', `${options.name}.log`),
      onStart: (pid) => {
        this.pids[options.name] = pid;
        this.save();
      },
    });
    this.started.push(process);
    await process.start();
  }

  private save(): void {
    const { home, ports } = this.settings;
    writeState(home, {
      pid: process.pid,
      ports: { ...ports },
      access: this.access,
      processes: { ...this.pids },
    });
  }
}
