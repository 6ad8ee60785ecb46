import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Client as TemporalClient, Connection } from '@temporalio/client';
import { request } from 'undici';
import { z } from 'zod';
import { connectionOptions, temporalConfig, type TemporalConfig } from '../config/temporal.ts';
import { timingsOf } from '../config/timings.ts';
import { inheritedEnvironment } from '../config/inherited.ts';
import { SIMULATOR_PATHS } from '../config/simulator-paths.ts';
import { createPool, type Pool } from '../database/pool.ts';
import type { CrashPoint } from '../domain/crash-point.ts';
import { setDemoClock } from '../stack/demo/prepare.ts';
import { isAlive, isRunning } from '../stack/leftovers.ts';
import { dataFolders } from '../stack/postgres/cluster.ts';
import { Stack, StackRunningError } from '../stack/stack.ts';
import { readState, type StackAccess } from '../stack/state-file.ts';
import type { Fault, FaultKind } from '../simulators/faults.ts';
import { Client } from './client.ts';
import { until } from './patience.ts';
import { TARGETS, type Target } from './targets.ts';
import type { ChaosVendor } from './vendors.ts';

/** Time that a call takes: so slow that the faults fit into the run, and within the time that a call may take. */
const LATENCY_MS = 1_000;
/** Time for which a look-up does not show what was taken: the first one comes too soon, the second one finds it. */
const LOOKUP_LAG_MS = 5_500;
const WORKERS = 2;
const TIMINGS = timingsOf('chaos');
/** How long a process may take to be gone that was killed. */
const ENDING_MS = 2_000;
/** Nothing else of the environment: it might name a real database or provider. */
const { PATH, HOME } = inheritedEnvironment();
const faultsMetSchema = z.object({ met: z.record(z.string(), z.number()) });
const PLACES = { PATH, HOME };

/** The stack that is tormented: real processes with a data folder of their own, which begins empty. */
export class Rig {
  readonly home: string;
  readonly access: StackAccess;
  readonly timings = TIMINGS;
  readonly pool: Pool;
  readonly client: Client;
  readonly crashFolder: string;
  readonly vendor: ChaosVendor;
  private readonly stack: Stack;
  private witness: number | undefined;

  private constructor(home: string, crashFolder: string, vendor: ChaosVendor, stack: Stack) {
    this.home = home;
    this.crashFolder = crashFolder;
    this.vendor = vendor;
    this.stack = stack;
    this.access = stack.access;
    this.pool = createPool({ url: stack.access.databaseUrl, name: 'chaos', connections: 4 });
    this.client = new Client(stack.access.api, stack.access.apiKey);
  }

  static async start(home: string, vendor: ChaosVendor): Promise<Rig> {
    const last = await readState(home);
    if (last && (await isRunning(last))) throw new StackRunningError(last);
    await Rig.remove(home);
    const crashFolder = path.join(home, 'crash-points');
    await mkdir(crashFolder, { recursive: true });
    const stack = await Stack.start({
      ...PLACES,
      TIDINGS_HOME: home,
      PROVIDER: vendor.name,
      TIMINGS: TIMINGS.profile,
      LOG_LEVEL: 'info',
      WORKERS: String(WORKERS),
      CRASH_POINTS: crashFolder,
      SIMULATOR_LATENCY_MS: String(LATENCY_MS),
      SIMULATOR_LOOKUP_LAG_MS: String(LOOKUP_LAG_MS),
    });
    await setDemoClock(stack.access);
    const rig = new Rig(home, crashFolder, vendor, stack);
    rig.witness = await rig.simulatorPid();
    return rig;
  }

  static async remove(home: string): Promise<void> {
    const folders = [home, ...dataFolders(home).map((folder) => path.dirname(folder))];
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  }

  async stop(): Promise<void> {
    await this.pool.end();
    await this.stack.stop();
  }

  /** Whether the simulator is the process that it was: what one that died has seen is not all in its ledger. */
  async witnessLives(): Promise<boolean> {
    return this.witness !== undefined && (await this.simulatorPid()) === this.witness;
  }

  /** Processes of a target that live now. */
  async pids(target: Target): Promise<readonly number[]> {
    const processes = Object.entries((await readState(this.home))?.processes ?? {});
    return processes
      .filter(([name]) => name === target || (target === 'worker' && /^worker-\d+$/.test(name)))
      .map(([, pid]) => pid)
      .filter(isAlive);
  }

  /** Asks for the end of the first process that comes to the point, and waits for it. @throws Impatience */
  async killAt(point: CrashPoint, timeoutMs: number): Promise<void> {
    const file = path.join(this.crashFolder, `${point}.kill`);
    await writeFile(file, '');
    try {
      await until(`a process at ${point}`, () => this.isGone(`${point}.kill`), timeoutMs);
    } finally {
      await rm(file, { force: true });
    }
  }

  /** Asks for a process to be frozen at the point. @returns its pid @throws Impatience */
  async freezeAt(point: CrashPoint, timeoutMs: number): Promise<number> {
    const file = path.join(this.crashFolder, `${point}.stop`);
    await writeFile(file, '');
    try {
      const name = await until(
        `a process at ${point}`,
        async () => (await readdir(this.crashFolder)).find((entry) => entry.startsWith(`${point}.stopped.`)),
        timeoutMs,
      );
      await rm(path.join(this.crashFolder, name));
      return Number(name.split('.').at(-1));
    } finally {
      await rm(file, { force: true });
    }
  }

  /** Asks the database, again and again while it is dead. */
  async query<T extends object>(text: string, values: readonly unknown[] = []): Promise<readonly T[]> {
    return until('an answer of the database', async () => (await this.pool.query<T>(text, [...values])).rows);
  }

  /** The same trouble at every provider of the vendor. */
  async setFault(fault: Fault): Promise<void> {
    for (const url of this.faultsUrls) {
      const { statusCode, body } = await request(url, { method: 'POST', body: JSON.stringify(fault) });
      await body.dump();
      if (statusCode !== 200)
        throw new Error(`The simulator answered ${statusCode} to the fault ${fault.kind}.`);
    }
  }

  /** Calls that have met a trouble of the provider. */
  async callsThatMet(kind: FaultKind): Promise<number> {
    const counts = this.faultsUrls.map(async (url) => {
      const { body } = await request(url);
      return faultsMetSchema.parse(await body.json()).met[kind] ?? 0;
    });
    return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
  }

  private get faultsUrls(): readonly string[] {
    const home = this.access.simulator ?? '';
    return this.vendor.providers.map((name) => `${home}${SIMULATOR_PATHS[name]}/_simulator/faults`);
  }

  get temporalConfig(): TemporalConfig {
    const { temporalAddress, namespace } = this.access;
    return { ...temporalConfig({}, temporalAddress), namespace };
  }

  /** Which target a process was of that has ended since; undefined when none has. */
  async endedSince(before: ReadonlyMap<Target, readonly number[]>): Promise<Target | undefined> {
    const ended = (): Target | undefined =>
      [...before].find(([, pids]) => pids.some((pid) => !isAlive(pid)))?.[0];
    return until('the end of a process', ended, ENDING_MS).catch(() => undefined);
  }

  /** Processes of every target that live now. */
  async allPids(): Promise<ReadonlyMap<Target, readonly number[]>> {
    const found = TARGETS.map(async (target) => [target, await this.pids(target)] as const);
    return new Map(await Promise.all(found));
  }

  /** Uses Temporal as its UI does. */
  async withTemporal<T>(work: (client: TemporalClient) => Promise<T>): Promise<T> {
    const connection = await Connection.connect(connectionOptions(this.temporalConfig));
    try {
      return await work(new TemporalClient({ connection, namespace: this.access.namespace }));
    } finally {
      await connection.close();
    }
  }

  private async simulatorPid(): Promise<number | undefined> {
    const pid = (await readState(this.home))?.processes['simulator'];
    return pid !== undefined && isAlive(pid) ? pid : undefined;
  }

  private async isGone(name: string): Promise<true | undefined> {
    return (await readdir(this.crashFolder)).includes(name) ? undefined : true;
  }
}
