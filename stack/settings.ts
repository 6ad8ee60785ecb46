import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  parseEnvironment,
  requireVariables,
  type Environment,
  type Variables,
} from '../config/environment.ts';
import { isLoopback } from '../config/loopback.ts';
import { newApiKey } from '../database/api-key.ts';
import type { SeedInput } from '../database/seed.ts';
import { choosePorts, type StackPorts } from './ports.ts';
import { say } from './say.ts';
import { projectSeed } from './project-seed.ts';
import { stackSecrets, type StackSecrets } from './secrets.ts';

const ROOT = path.join(import.meta.dirname, '..');

/** How a stack is put together: what is ours and what is somebody else's. */
export interface StackSettings {
  readonly root: string;
  readonly home: string;
  readonly ports: StackPorts;
  readonly secrets: StackSecrets;
  /** False when DATABASE_URL, TEMPORAL_ADDRESS or INFOBIP_BASE_URL name a real one. */
  readonly embedded: { readonly postgres: boolean; readonly temporal: boolean; readonly simulator: boolean };
  readonly namespace: string;
  /** Worker processes. */
  readonly workers: number;
  readonly apiKey: string;
  readonly addresses: {
    readonly api: string;
    readonly docs: string;
    readonly temporalUi: string | undefined;
  };
  readonly seed: SeedInput;
  /** What services run by; `DATABASE_URL` is added once the database is known. */
  readonly environment: Variables;
}

export function homeOf(environment: Environment): string {
  return path.resolve(ROOT, environment.TIDINGS_HOME ?? '.tidings');
}

/** Reads the environment and fills in what it leaves open. @throws ConfigurationError */
export async function stackSettings(variables: Variables): Promise<StackSettings> {
  const environment = parseEnvironment(variables);
  const home = homeOf(environment);
  const secrets = await stackSecrets(home);
  const embedded = {
    postgres: environment.DATABASE_URL === undefined,
    temporal: environment.TEMPORAL_ADDRESS === undefined,
    simulator: environment.INFOBIP_BASE_URL === undefined,
  };
  if (!embedded.postgres) {
    requireVariables(
      environment,
      ['PHONE_KEY'],
      'with DATABASE_URL the key that numbers are known by must be yours to keep.',
    );
  }
  if (!embedded.simulator)
    requireVariables(environment, ['INFOBIP_API_KEY'], 'INFOBIP_BASE_URL names a provider.');
  if (environment.INFOBIP_BASE_URL !== undefined && !isLoopback(environment.INFOBIP_BASE_URL)) {
    requireVariables(
      environment,
      ['PUBLIC_URL'],
      'a provider that is not on this machine posts its delivery reports to it.',
    );
  }
  if (environment.INFOBIP_WEBHOOK_AUTH === 'basic')
    requireVariables(environment, ['INFOBIP_WEBHOOK_USERNAME'], 'INFOBIP_WEBHOOK_AUTH is basic.');
  const ports = await choosePorts(
    {
      api: environment.API_PORT,
      postgres: environment.POSTGRES_PORT,
      simulator: environment.SIMULATOR_PORT,
      temporal: environment.TEMPORAL_PORT,
      temporalUi: environment.TEMPORAL_UI_PORT,
    },
    say,
  );
  const namespace = environment.TEMPORAL_NAMESPACE ?? 'default';
  const apiKey = environment.API_KEY ?? (await storedApiKey(home));
  const api = environment.PUBLIC_URL ?? `http://127.0.0.1:${ports.api}`;
  const temporalUi =
    environment.TEMPORAL_UI_URL ?? (embedded.temporal ? `http://127.0.0.1:${ports.temporalUi}` : undefined);
  const baseUrl = environment.INFOBIP_BASE_URL ?? `http://127.0.0.1:${ports.simulator}`;
  return {
    root: ROOT,
    home,
    ports,
    secrets,
    embedded,
    namespace,
    apiKey,
    workers: environment.WORKERS ?? 1,
    addresses: { api, docs: `http://127.0.0.1:${ports.api}/docs`, temporalUi },
    seed: projectSeed(environment, { baseUrl, refusesKnownIds: embedded.simulator }, apiKey),
    environment: {
      ...variables,
      TIDINGS_HOME: home,
      TIMINGS: environment.TIMINGS ?? (embedded.simulator ? 'demo' : 'production'),
      PHONE_KEY: environment.PHONE_KEY ?? secrets.phoneKey,
      PUBLIC_URL: api,
      API_PORT: String(ports.api),
      SIMULATOR_PORT: String(ports.simulator),
      TEMPORAL_ADDRESS: environment.TEMPORAL_ADDRESS ?? `127.0.0.1:${ports.temporal}`,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_UI_URL: temporalUi,
      INFOBIP_BASE_URL: baseUrl,
      INFOBIP_API_KEY: environment.INFOBIP_API_KEY ?? secrets.simulatorApiKey,
      // Our own simulator proves its reports by the token in their address.
      INFOBIP_WEBHOOK_AUTH: embedded.simulator ? 'token' : environment.INFOBIP_WEBHOOK_AUTH,
      INFOBIP_WEBHOOK_SECRET: environment.INFOBIP_WEBHOOK_SECRET ?? secrets.webhookSecret,
    },
  };
}

/** The key that the stack made for this data folder. */
async function storedApiKey(home: string): Promise<string> {
  const file = path.join(home, 'api-key');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known.trim();
  const { key } = newApiKey();
  await writeFile(file, `${key}\n`, { mode: 0o600 });
  return key;
}
