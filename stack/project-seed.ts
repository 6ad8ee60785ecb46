import { ConfigurationError, type Environment } from '../config/environment.ts';
import { isLoopback } from '../config/loopback.ts';
import { parseApiKey } from '../database/api-key.ts';
import type { SeedInput } from '../database/seed.ts';
import type { ProjectMode } from '../domain/gate.ts';

const DEFAULT_SENDER = '12065550100';

export interface SeedProvider {
  readonly baseUrl: string;
  /** Only of our own simulator it is known that it refuses an id that it has taken. */
  readonly refusesKnownIds: boolean;
}

/** What the environment says of the one project. @throws ConfigurationError */
export function projectSeed(
  environment: Environment,
  { baseUrl, refusesKnownIds }: SeedProvider,
  apiKey = environment.API_KEY,
): SeedInput {
  return {
    mode: modeOf(environment, baseUrl),
    sender: environment.SENDER_NUMBER ?? DEFAULT_SENDER,
    integration: {
      provider: 'infobip',
      variablePrefix: 'INFOBIP',
      messagesPerCall: environment.INFOBIP_MESSAGES_PER_CALL ?? 1,
      idempotentIds: refusesKnownIds ? 'verified' : 'assumed',
    },
    apiKey: apiKey === undefined ? undefined : parseApiKey(apiKey),
  };
}

/** `simulator` only where nothing can leave the machine. */
function modeOf(environment: Environment, baseUrl: string): ProjectMode {
  const mode = environment.MODE ?? (isLoopback(baseUrl) ? 'simulator' : 'allow-list');
  if (mode === 'simulator' && !isLoopback(baseUrl)) {
    throw new ConfigurationError('MODE simulator needs an INFOBIP_BASE_URL on this machine. Use allow-list.');
  }
  return mode;
}
