import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { NativeConnection, Runtime, DefaultLogger, Worker } from '@temporalio/worker';
import { runImports } from '../../api/imports/import-runner.ts';
import type { ImportDependencies } from '../../api/imports/import-turn.ts';
import { createApiServer } from '../../api/server.ts';
import type { ServiceConfig } from '../../config/service.ts';
import { createLog } from '../../config/log.ts';
import { timingsOf } from '../../config/timings.ts';
import { newApiKey } from '../../database/api-key.ts';
import { assertPhoneKey } from '../../database/phone-hash.ts';
import { createPrisma, type Prisma } from '../../database/prisma.ts';
import { seedProject, type SeedInput } from '../../database/seed.ts';
import type { ProjectMode } from '../../domain/gate.ts';
import type { IdempotentIds } from '../../domain/idempotent-ids.ts';
import type { Timings } from '../../domain/timings.ts';
import {
  createInfobipSimulator,
  type InfobipSimulator,
  type InfobipSimulatorOptions,
} from '../../simulators/infobip/server.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { closeDependencies, createDependencies } from '../../worker/dependencies.ts';
import { runPumps } from '../../worker/pumps.ts';
import { createTemporalClient, type TemporalClient } from '../../worker/temporal.ts';
import { Api } from './api.ts';
import { setBusinessTime } from './business-time.ts';
import { infobipSeed, TEST_BOX, TEST_KEY } from './credentials.ts';
import { guardLedger } from './ledger-guard.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';
import { freePort, startTemporal, type TestTemporal } from './temporal-server.ts';

export interface TestStackOptions {
  readonly timings?: Partial<Timings>;
  readonly mode?: ProjectMode;
  readonly testNumbers?: readonly string[];
  /** Default true. */
  readonly mediaFromLoopback?: boolean;
  readonly idempotentIds?: IdempotentIds;
  readonly messagesPerCall?: number;
  readonly simulator?: Partial<InfobipSimulatorOptions>;
  /** Whether Temporal, worker and pumps run from the start. Default true. */
  readonly engine?: boolean;
}

const PHONE_KEY = 'a phone key that is used in tests only';
const PROVIDER_KEY = 'simulated';

/** The whole engine in one process: real PostgreSQL, real Temporal, the real simulator, API, worker and pumps. */
export class TestStack {
  readonly database: TestDatabase;
  readonly config: ServiceConfig;
  readonly prisma: Prisma;
  readonly projectId: string;
  readonly api: Api;
  readonly simulator: InfobipSimulator;
  readonly simulatorUrl: string;
  readonly folder: string;
  temporal: TestTemporal | undefined;
  client: TemporalClient | undefined;
  /** File with the workflow code of workers that are started from now on, and of the replay at the end. */
  bundle = process.env['TEST_BUNDLE'] ?? '';
  private readonly server: Server;
  private readonly stopping: (() => Promise<void>)[] = [];
  private stopWorker = (): Promise<void> => Promise.resolve();

  private constructor(
    parts: Pick<
      TestStack,
      'database' | 'config' | 'prisma' | 'projectId' | 'api' | 'simulator' | 'simulatorUrl' | 'folder'
    >,
    server: Server,
  ) {
    ({
      database: this.database,
      config: this.config,
      prisma: this.prisma,
      projectId: this.projectId,
    } = parts);
    ({ api: this.api, simulator: this.simulator, simulatorUrl: this.simulatorUrl } = parts);
    this.folder = parts.folder;
    this.server = server;
  }

  static async start(options: TestStackOptions = {}): Promise<TestStack> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tidings-test-'));
    const database = await createTestDatabase(30);
    const simulator = createInfobipSimulator({
      apiKey: PROVIDER_KEY,
      ledgerPath: path.join(folder, 'infobip.jsonl'),
      reportDelayMs: 200,
      ...options.simulator,
    });
    const simulatorUrl = await listen(simulator.server);
    const [port, temporalPort] = [await freePort(), await freePort()];
    const config: ServiceConfig = {
      home: folder,
      logLevel: 'silent',
      databaseUrl: database.url,
      databaseConnections: 10,
      phoneKey: PHONE_KEY,
      temporal: { address: `127.0.0.1:${temporalPort}`, namespace: 'default', tls: false, apiKey: undefined },
      temporalUiUrl: undefined,
      publicUrl: `http://127.0.0.1:${port}`,
      api: { host: '127.0.0.1', port },
      timings: { ...timingsOf('test'), ...options.timings },
      crashPoints: undefined,
      testNumbers: options.testNumbers ?? [],
      mediaFromLoopback: options.mediaFromLoopback ?? true,
      credentialKeys: [TEST_KEY],
    };
    await guardLedger(database.pool);
    await assertPhoneKey(database.pool, PHONE_KEY);
    const key = newApiKey();
    const infobip = infobipSeed({
      baseUrl: simulatorUrl,
      apiKey: PROVIDER_KEY,
      messagesPerCall: options.messagesPerCall ?? 1,
      idempotentIds: options.idempotentIds ?? 'verified',
    });
    const seed: SeedInput = {
      mode: options.mode ?? 'simulator',
      sender: '12065550100',
      integrations: [infobip],
      through: { sms: 'infobip', mms: 'infobip' },
      apiKey: key,
    };
    const projectId = await seedProject(database.pool, seed, TEST_BOX);
    await setBusinessTime(database.pool, projectId);
    const prisma = createPrisma(database.pool);
    const log = createLog('test', 'silent');
    const deps = createDependencies({ config, log, pool: database.pool });
    const { providers, renderPool, reach } = deps;
    const { pool } = database;
    const server = createApiServer({ config, log, pool, prisma, providers, renderPool, reach });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const api = new Api(config.publicUrl, key.key);
    const parts = { database, config, prisma, projectId, api, simulator, simulatorUrl, folder };
    const stack = new TestStack(parts, server);
    stack.stopping.push(() => closeDependencies(deps));
    if (options.engine ?? true) {
      await stack.startTemporal();
      stack.startPumps();
      stack.stopWorker = await stack.startWorker();
    }
    return stack;
  }

  async startTemporal(): Promise<void> {
    const port = Number(this.config.temporal.address.split(':')[1]);
    this.temporal = await startTemporal(path.join(this.folder, 'temporal'), port);
    this.client ??= createTemporalClient(this.config.temporal);
  }

  /** @returns stops them again */
  startPumps(): () => Promise<void> {
    const stop = new AbortController();
    const temporal = createTemporalClient(this.config.temporal);
    const deps = createDependencies({
      config: this.config,
      log: createLog('test', 'silent'),
      pool: this.database.pool,
    });
    const bundle = (): Promise<string> => Promise.resolve(this.bundle);
    const { mediaFromLoopback } = this.config;
    const options = { temporal, namespace: 'default', bundle, box: TEST_BOX, mediaFromLoopback };
    const done = runPumps(deps, options, stop.signal);
    return this.onStop(async () => {
      stop.abort();
      await done;
      await closeDependencies(deps);
      await temporal.connection.close();
    });
  }

  /** What carries out import jobs, over another pool if one is given. */
  importDependencies(pool = this.database.pool): ImportDependencies {
    const log = createLog('test', 'silent');
    return { config: this.config, log, pool, prisma: this.prisma, reach: () => undefined };
  }

  /** Carries out import jobs. @returns stops it again */
  startImports(): () => Promise<void> {
    const stop = new AbortController();
    const done = runImports(this.importDependencies(), stop.signal);
    return this.onStop(async () => {
      stop.abort();
      await done;
    });
  }

  /** @returns stops it again */
  async startWorker(cachedWorkflows?: number): Promise<() => Promise<void>> {
    installQuietRuntime();
    const deps = createDependencies({
      config: this.config,
      log: createLog('test', 'silent'),
      pool: this.database.pool,
    });
    const connection = await NativeConnection.connect({ address: this.config.temporal.address });
    const worker: Worker = await createWorker(deps, {
      connection,
      namespace: 'default',
      codePath: this.bundle,
      ...(cachedWorkflows !== undefined && { cachedWorkflows }),
    });
    const done = worker.run();
    return this.onStop(async () => {
      worker.shutdown();
      await done;
      await connection.close();
      await closeDependencies(deps);
    });
  }

  /** Takes the worker away with everything that it remembers, and starts another one. */
  async replaceWorker(cachedWorkflows?: number): Promise<void> {
    await this.stopWorker();
    this.stopWorker = await this.startWorker(cachedWorkflows);
  }

  /** Replays every history that the test has made: workflow code that is not deterministic fails its test. */
  async replayHistories(): Promise<void> {
    installQuietRuntime();
    const options = { workflowBundle: { codePath: this.bundle } };
    // One that failed because no code could follow it can't be followed by a replay either.
    const query = `ExecutionStatus != 'Failed'`;
    const histories = this.client?.client.workflow.list({ query }).intoHistories();
    if (!histories) return;
    for await (const { workflowId, error } of Worker.runReplayHistories(options, histories)) {
      if (error) throw new Error(`The history of ${workflowId} can't be replayed: ${error.message}`);
    }
  }

  async stop(): Promise<void> {
    if (this.temporal) await this.replayHistories();
    for (const stop of this.stopping.splice(0).reverse()) await stop();
    await this.client?.connection.close();
    await this.temporal?.stop();
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    await this.simulator.close();
    await this.prisma.$disconnect();
    await this.database.drop();
    await rm(this.folder, { recursive: true, force: true });
  }

  private onStop(stop: () => Promise<void>): () => Promise<void> {
    let stopped = false;
    const once = async (): Promise<void> => {
      if (stopped) return;
      stopped = true;
      await stop();
    };
    this.stopping.push(once);
    return once;
  }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
}

let installed = false;

function installQuietRuntime(): void {
  if (installed) return;
  installed = true;
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
}
