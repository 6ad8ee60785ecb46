import type { Timings } from '../domain/timings.ts';
import type { WebhookAuth } from '../domain/webhook-auth.ts';
import {
  ConfigurationError,
  parseEnvironment,
  requireVariables,
  type Environment,
  type Variables,
} from './environment.ts';
import type { LogLevel } from './log.ts';
import { temporalConfig, type TemporalConfig } from './temporal.ts';
import { dividedTimings, timingsOf } from './timings.ts';

/** Secrets and addresses of one integration; they come from the environment and are never stored. */
export interface IntegrationConfig {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly webhookAuth: WebhookAuth;
}

/** What API, worker and pump run by. */
export interface ServiceConfig {
  readonly home: string;
  readonly logLevel: LogLevel;
  readonly databaseUrl: string;
  readonly databaseConnections: number;
  readonly phoneKey: string;
  readonly temporal: TemporalConfig;
  readonly temporalUiUrl: string | undefined;
  readonly publicUrl: string;
  readonly api: { readonly host: string; readonly port: number };
  readonly timings: Timings;
  readonly testNumbers: readonly string[];
  /** Folder in which a rehearsal asks for the end of this process at a point; undefined everywhere else. */
  readonly crashPoints: string | undefined;
  /** By the prefix of the variables that they were read from. */
  readonly integrations: Readonly<Record<string, IntegrationConfig>>;
}

const DEFAULT_HMAC_HEADER = 'x-signature';

/** The configuration of a service's process. @throws ConfigurationError */
export function serviceConfig(variables: Variables = process.env): ServiceConfig {
  const environment = parseEnvironment(variables);
  if (environment.CRASH_POINTS !== undefined && environment.TIMINGS === 'production')
    throw new ConfigurationError('CRASH_POINTS is for rehearsals: TIMINGS must not be production with it.');
  const required = requireVariables(
    environment,
    ['DATABASE_URL', 'PHONE_KEY', 'TEMPORAL_ADDRESS', 'PUBLIC_URL', 'TIMINGS'],
    "a service can't run without them. `npm start` sets them for a laptop.",
  );
  return {
    home: environment.TIDINGS_HOME ?? '.tidings',
    logLevel: environment.LOG_LEVEL ?? 'info',
    databaseUrl: required.DATABASE_URL,
    databaseConnections: environment.DATABASE_CONNECTIONS ?? 20,
    phoneKey: required.PHONE_KEY,
    temporal: temporalConfig(environment, required.TEMPORAL_ADDRESS),
    temporalUiUrl: environment.TEMPORAL_UI_URL,
    publicUrl: required.PUBLIC_URL,
    api: { host: environment.API_HOST ?? '127.0.0.1', port: environment.API_PORT ?? 7300 },
    timings: dividedTimings(timingsOf(required.TIMINGS), environment.TIMINGS_DIVISOR ?? 1),
    crashPoints: environment.CRASH_POINTS,
    testNumbers: environment.TEST_NUMBERS ?? [],
    integrations: integrationsOf(environment),
  };
}

function integrationsOf(environment: Environment): Readonly<Record<string, IntegrationConfig>> {
  const { INFOBIP_BASE_URL: baseUrl, INFOBIP_API_KEY: apiKey } = environment;
  if (baseUrl === undefined && apiKey === undefined) return {};
  const { INFOBIP_WEBHOOK_SECRET: secret } = requireVariables(
    environment,
    ['INFOBIP_BASE_URL', 'INFOBIP_API_KEY', 'INFOBIP_WEBHOOK_SECRET'],
    'an Infobip integration needs all three.',
  );
  return {
    INFOBIP: {
      baseUrl: baseUrl ?? '',
      apiKey: apiKey ?? '',
      webhookAuth: webhookAuthOf(environment, secret),
    },
  };
}

function webhookAuthOf(environment: Environment, secret: string): WebhookAuth {
  const kind = environment.INFOBIP_WEBHOOK_AUTH ?? 'token';
  switch (kind) {
    case 'token':
      return { kind, secret };
    case 'basic': {
      const { INFOBIP_WEBHOOK_USERNAME: username } = requireVariables(
        environment,
        ['INFOBIP_WEBHOOK_USERNAME'],
        'INFOBIP_WEBHOOK_AUTH is basic.',
      );
      return { kind, username, secret };
    }
    case 'header':
    case 'hmac':
      return { kind, header: environment.INFOBIP_WEBHOOK_HEADER ?? DEFAULT_HMAC_HEADER, secret };
  }
}
