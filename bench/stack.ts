import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnvironment, VARIABLES, type Variables } from '../config/environment.ts';
import { inheritedEnvironment } from '../config/inherited.ts';
import { temporalConfig, type TemporalConfig } from '../config/temporal.ts';
import { setBusinessClock, WEDNESDAY_NOON } from '../database/business-clock.ts';
import { createPool, type Pool } from '../database/pool.ts';
import { ApiClient } from '../stack/api-client.ts';
import { Stack } from '../stack/stack.ts';
import { stopOnInterrupt } from './interrupt.ts';
import { readState, type StackAccess } from '../stack/state-file.ts';

/** The stack that is measured: production timings, the simulator in the provider's place. */
export interface BenchStack {
  readonly home: string;
  readonly access: StackAccess;
  readonly api: ApiClient;
  readonly pool: Pool;
  /** By name, as the stack calls its processes. */
  readonly pids: Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

/** The environment without any variable of ours: nothing that is measured may lead to a real provider. */
export function foreignVariables(): Variables {
  return Object.fromEntries(Object.entries(inheritedEnvironment()).filter(([name]) => !(name in VARIABLES)));
}

/** Brings the stack up; `variables` are added to those that every measurement has. */
export async function startBenchStack(home: string, variables: Variables): Promise<BenchStack> {
  const preload = pathToFileURL(path.join(import.meta.dirname, 'meter', 'preload.mjs')).href;
  const foreign = foreignVariables();
  const starting = Stack.start({
    ...foreign,
    NODE_OPTIONS: `${foreign['NODE_OPTIONS'] ?? ''} --import ${preload}`.trim(),
    TIDINGS_HOME: home,
    TIMINGS: 'production',
    SIMULATOR_LATENCY_MS: '0',
    LOG_LEVEL: 'warn',
    ...variables,
  });
  // Also in the middle of its start.
  const stop = stopOnInterrupt(async () => (await starting).stop());
  const { access } = await starting;
  const pool = createPool({ url: access.databaseUrl, name: 'bench', connections: 2 });
  const state = await readState(home);
  const { rows } = await pool.query<{ open: string }>(
    `SELECT count(*) AS open FROM run WHERE state NOT IN ('finished', 'cancelled', 'failed')`,
  );
  if (rows[0]?.open === '0') await setBusinessClock(pool, access.projectId, WEDNESDAY_NOON);
  return {
    home,
    access,
    api: new ApiClient(access.api, access.apiKey),
    pool,
    pids: state?.processes ?? {},
    stop: async () => {
      await pool.end();
      await stop();
    },
  };
}

export function temporalOf({ access }: BenchStack): TemporalConfig {
  return { ...temporalConfig(parseEnvironment({}), access.temporalAddress), namespace: access.namespace };
}
