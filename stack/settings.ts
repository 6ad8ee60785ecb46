import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import {
  parseEnvironment,
  requireVariables,
  type Environment,
  type Variables,
} from '../config/environment.ts';
import type { CredentialKey } from '../domain/credential-key.ts';
import { newApiKey } from '../database/api-key.ts';
import type { SeedInput } from '../database/seed.ts';
import { credentialKeysText, stackCredentialKeys } from './credential-keys.ts';
import { areLocal, doorsOf, type Door } from './doors.ts';
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
  /** False when DATABASE_URL or TEMPORAL_ADDRESS name a real one; the simulator when every provider has an address. */
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
  /** The providers that its integrations are of. */
  readonly doors: readonly Door[];
  /** Under which credentials of integrations are stored, the newest first. */
  readonly credentialKeys: readonly CredentialKey[];
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
  const servers = {
    postgres: environment.DATABASE_URL === undefined,
    temporal: environment.TEMPORAL_ADDRESS === undefined,
  };
  if (!servers.postgres) {
    requireVariables(
      environment,
      ['PHONE_KEY', 'CREDENTIAL_KEYS'],
      'with DATABASE_URL the keys that numbers are known and credentials sealed by must be yours to keep.',
    );
  }
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
    environment.TEMPORAL_UI_URL ?? (servers.temporal ? `http://127.0.0.1:${ports.temporalUi}` : undefined);
  const doors = doorsOf(environment, `http://127.0.0.1:${ports.simulator}`);
  const embedded = { ...servers, simulator: doors.some(({ simulator }) => simulator !== undefined) };
  const isSimulated = doors.every(({ simulator }) => simulator !== undefined);
  if (!areLocal(doors)) {
    requireVariables(
      environment,
      ['PUBLIC_URL'],
      'a provider that is not on this machine posts its delivery reports to it.',
    );
  }
  const credentialKeys = stackCredentialKeys(
    environment.CREDENTIAL_KEYS,
    servers.postgres ? secrets.credentialKey : undefined,
  );
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
    credentialKeys,
    seed: projectSeed(environment, { doors, made: secrets }, apiKey),
    doors,
    environment: {
      ...variables,
      TIDINGS_HOME: home,
      TIMINGS: environment.TIMINGS ?? (isSimulated ? 'demo' : 'production'),
      PHONE_KEY: environment.PHONE_KEY ?? secrets.phoneKey,
      CREDENTIAL_KEYS: credentialKeysText(credentialKeys),
      PUBLIC_URL: api,
      API_PORT: String(ports.api),
      SIMULATOR_PORT: String(ports.simulator),
      TEMPORAL_ADDRESS: environment.TEMPORAL_ADDRESS ?? `127.0.0.1:${ports.temporal}`,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_UI_URL: temporalUi,
      // What the simulator takes; services read theirs from the database.
      INFOBIP_API_KEY: environment.INFOBIP_API_KEY ?? secrets.simulatorApiKey,
      SINCH_API_TOKEN: environment.SINCH_API_TOKEN ?? secrets.simulatorApiKey,
      SINCH_MMS_API_KEY: environment.SINCH_MMS_API_KEY ?? secrets.simulatorApiKey,
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
