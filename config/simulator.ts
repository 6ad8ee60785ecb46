import { parseEnvironment, requireVariables, type Variables } from './environment.ts';
import { SIMULATED } from './simulated-account.ts';
import type { LogLevel } from './log.ts';

export interface SimulatorConfig {
  readonly home: string;
  readonly logLevel: LogLevel;
  readonly host: string;
  readonly port: number;
  readonly infobipApiKey: string;
  readonly sinchSms: { readonly servicePlanId: string; readonly apiToken: string };
  readonly sinchMms: { readonly serviceId: string; readonly apiKey: string };
  readonly latencyMs: number;
  readonly reportDelayMs: number;
  /** Time within which nearly all reports come, log-normal; undefined where {@link reportDelayMs} says when they come. */
  readonly reportSpreadMs: number | undefined;
  /** Most delivery reports of one post. */
  readonly reportsPerPost: number;
  readonly lookupLagMs: number;
  /** Messages that each provider takes in a second; undefined: any number. */
  readonly maxPerSecond: number | undefined;
  /** How many times shorter the pauses are before a webhook is posted again; undefined: as each provider has it. */
  readonly retrySpeedup: number | undefined;
  /** Whether media that this machine serves are looked at. */
  readonly checksMedia: boolean;
  /** Where the engine takes reports now. */
  readonly publicUrl: string | undefined;
}

/** The configuration of the simulator's process. @throws ConfigurationError */
export function simulatorConfig(variables: Variables = process.env): SimulatorConfig {
  const environment = parseEnvironment(variables);
  const required = requireVariables(
    environment,
    ['TIDINGS_HOME', 'SIMULATOR_PORT', 'INFOBIP_API_KEY'],
    'the simulator keeps its ledger in the folder, listens on the port and asks for the key.',
  );
  return {
    home: required.TIDINGS_HOME,
    logLevel: environment.LOG_LEVEL ?? 'info',
    host: environment.SIMULATOR_HOST ?? '127.0.0.1',
    port: required.SIMULATOR_PORT,
    infobipApiKey: required.INFOBIP_API_KEY,
    sinchSms: {
      servicePlanId: environment.SINCH_SERVICE_PLAN_ID ?? SIMULATED.servicePlanId,
      apiToken: environment.SINCH_API_TOKEN ?? required.INFOBIP_API_KEY,
    },
    sinchMms: {
      serviceId: environment.SINCH_MMS_SERVICE_ID ?? SIMULATED.mmsServiceId,
      apiKey: environment.SINCH_MMS_API_KEY ?? required.INFOBIP_API_KEY,
    },
    latencyMs: environment.SIMULATOR_LATENCY_MS ?? 5,
    reportDelayMs: environment.SIMULATOR_REPORT_DELAY_MS ?? 1_000,
    reportSpreadMs: environment.SIMULATOR_REPORT_SPREAD_MS,
    reportsPerPost: environment.SIMULATOR_REPORTS_PER_POST ?? 100,
    lookupLagMs: environment.SIMULATOR_LOOKUP_LAG_MS ?? 0,
    maxPerSecond: environment.SIMULATOR_MAX_PER_SECOND,
    retrySpeedup: environment.SIMULATOR_RETRY_SPEEDUP,
    checksMedia: environment.SIMULATOR_CHECKS_MEDIA ?? true,
    publicUrl: environment.PUBLIC_URL,
  };
}
