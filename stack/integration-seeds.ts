import type { Environment } from '../config/environment.ts';
import type { SeedIntegration } from '../database/seed-wish.ts';
import type { ProviderName } from '../domain/provider-names.ts';
import { SIMULATED } from '../config/simulated-account.ts';
import type { Door } from './doors.ts';
import { webhookVariables } from './webhook-variables.ts';

/** What the stack has made up for its own simulators, and for whoever names no secret of webhooks. */
export interface StackCredentials {
  readonly simulatorApiKey: string;
  readonly webhookSecret: string;
}

/** The integrations of these providers as the environment wants them. */
export function integrationSeeds(
  environment: Environment,
  doors: readonly Door[],
  made: StackCredentials,
): readonly SeedIntegration[] {
  return doors.map((door) => {
    const { provider, baseUrl, simulator } = door;
    const place = { key: provider, provider, baseUrl, simulated: simulator !== undefined };
    return { ...place, ...CONTENT[provider](environment, door, made) };
  });
}

type Content = Omit<SeedIntegration, 'key' | 'provider' | 'baseUrl' | 'simulated'>;

const CONTENT: Readonly<
  Record<ProviderName, (environment: Environment, door: Door, made: StackCredentials) => Content>
> = {
  infobip: (environment, door, made) => ({
    settings: {},
    credentials: { apiKey: environment.INFOBIP_API_KEY ?? made.simulatorApiKey },
    webhook: webhookVariables(environment, 'INFOBIP', proofOptions(door, made)),
    messagesPerCall: environment.INFOBIP_MESSAGES_PER_CALL ?? 1,
    // Only of our own simulator it is known that it refuses an id that it has taken.
    idempotentIds: door.simulator === undefined ? 'assumed' : 'verified',
  }),
  'sinch-sms': (environment, door, made) => ({
    settings: { servicePlanId: environment.SINCH_SERVICE_PLAN_ID ?? SIMULATED.servicePlanId },
    credentials: { apiToken: environment.SINCH_API_TOKEN ?? made.simulatorApiKey },
    webhook: webhookVariables(environment, 'SINCH', proofOptions(door, made)),
    messagesPerCall: 1,
    idempotentIds: 'no',
  }),
  'sinch-mms': (environment, _door, made) => ({
    settings: { serviceId: environment.SINCH_MMS_SERVICE_ID ?? SIMULATED.mmsServiceId },
    credentials: { apiKey: environment.SINCH_MMS_API_KEY ?? made.simulatorApiKey },
    webhook: {
      settings: { auth: 'token' },
      secret: environment.SINCH_WEBHOOK_SECRET ?? made.webhookSecret,
    },
    messagesPerCall: 1,
    idempotentIds: 'no',
  }),
};

function proofOptions(
  { simulator }: Door,
  { webhookSecret }: StackCredentials,
): Parameters<typeof webhookVariables>[2] {
  return { madeSecret: webhookSecret, isSimulated: simulator !== undefined };
}
