import { ConfigurationError, type Environment } from '../config/environment.ts';
import { parseApiKey } from '../database/api-key.ts';
import type { SeedInput } from '../database/seed.ts';
import type { ProjectMode } from '../domain/gate.ts';
import { VENDORS } from '../domain/vendors.ts';
import { addressVariable, areLocal, type Door } from './doors.ts';
import { integrationSeeds, type StackCredentials } from './integration-seeds.ts';

const DEFAULT_SENDER = '12065550100';
const DEFAULT_VENDOR = 'infobip';

/** What the environment says of the one project. @throws ConfigurationError */
export function projectSeed(
  environment: Environment,
  { doors, made }: { readonly doors: readonly Door[]; readonly made: StackCredentials },
  apiKey = environment.API_KEY,
): SeedInput {
  return {
    mode: modeOf(environment, doors),
    sender: environment.SENDER_NUMBER ?? DEFAULT_SENDER,
    integrations: integrationSeeds(environment, doors, made),
    through: throughOf(environment, doors),
    apiKey: apiKey === undefined ? undefined : parseApiKey(apiKey),
  };
}

/** The integrations of the vendor that the environment names. @throws ConfigurationError when it has none of a channel */
function throughOf(
  { PROVIDER: vendor = DEFAULT_VENDOR }: Environment,
  doors: readonly Door[],
): SeedInput['through'] {
  const through = VENDORS[vendor];
  const missing = Object.values(through).find((name) => !doors.some(({ provider }) => provider === name));
  if (missing)
    throw new ConfigurationError(
      `${addressVariable(missing)} must be set: messages go over ${vendor}, as PROVIDER says.`,
    );
  return through;
}

/** `simulator` only where nothing can leave the machine. */
function modeOf(environment: Environment, doors: readonly Door[]): ProjectMode {
  const isLocal = areLocal(doors);
  const mode = environment.MODE ?? (isLocal ? 'simulator' : 'allow-list');
  if (mode === 'simulator' && !isLocal)
    throw new ConfigurationError('MODE simulator needs providers on this machine. Use allow-list.');
  return mode;
}
