import type { Timings } from '../domain/timings.ts';
import type { CredentialKey } from '../domain/credential-key.ts';
import { ConfigurationError, parseEnvironment, requireVariables, type Variables } from './environment.ts';
import type { LogLevel } from './log.ts';
import { temporalConfig, type TemporalConfig } from './temporal.ts';
import { dividedTimings, timingsOf } from './timings.ts';

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
  /** Whether links to media may lead to this machine, in mode `simulator`. */
  readonly mediaFromLoopback: boolean;
  /** Under which credentials of integrations are stored, the newest first. */
  readonly credentialKeys: readonly CredentialKey[];
}

/** The configuration of a service's process. @throws ConfigurationError */
export function serviceConfig(variables: Variables = process.env): ServiceConfig {
  const environment = parseEnvironment(variables);
  if (environment.CRASH_POINTS !== undefined && environment.TIMINGS === 'production')
    throw new ConfigurationError('CRASH_POINTS is for rehearsals: TIMINGS must not be production with it.');
  const required = requireVariables(
    environment,
    ['DATABASE_URL', 'PHONE_KEY', 'CREDENTIAL_KEYS', 'TEMPORAL_ADDRESS', 'PUBLIC_URL', 'TIMINGS'],
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
    mediaFromLoopback: environment.MEDIA_FROM_LOOPBACK ?? false,
    credentialKeys: required.CREDENTIAL_KEYS,
  };
}
