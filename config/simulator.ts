import { parseEnvironment, requireVariables, type Variables } from './environment.ts';
import type { LogLevel } from './log.ts';

export interface SimulatorConfig {
  readonly home: string;
  readonly logLevel: LogLevel;
  readonly host: string;
  readonly port: number;
  readonly infobipApiKey: string;
  readonly latencyMs: number;
  readonly reportDelayMs: number;
  /** Time within which nearly all reports come, log-normal; undefined where {@link reportDelayMs} says when they come. */
  readonly reportSpreadMs: number | undefined;
  /** Most delivery reports of one post. */
  readonly reportsPerPost: number;
  readonly lookupLagMs: number;
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
    latencyMs: environment.SIMULATOR_LATENCY_MS ?? 5,
    reportDelayMs: environment.SIMULATOR_REPORT_DELAY_MS ?? 1_000,
    reportSpreadMs: environment.SIMULATOR_REPORT_SPREAD_MS,
    reportsPerPost: environment.SIMULATOR_REPORTS_PER_POST ?? 100,
    lookupLagMs: environment.SIMULATOR_LOOKUP_LAG_MS ?? 0,
    publicUrl: environment.PUBLIC_URL,
  };
}
