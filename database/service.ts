import { serviceConfig, type ServiceConfig } from '../config/service.ts';
import { ConfigurationError } from '../config/environment.ts';
import { createLog, exitOnUncaught, type Logger } from '../config/log.ts';
import { assertServer } from './assert-server.ts';
import { assertPhoneKey } from './phone-hash.ts';
import { createPool, type Pool } from './pool.ts';
import { isConnectionFailure } from './postgres-error.ts';
import { setTimeout as pause } from 'node:timers/promises';

/** What every process of the engine begins with. */
export interface Service {
  readonly config: ServiceConfig;
  readonly log: Logger;
  readonly pool: Pool;
  /** Aborted once the process has been asked to stop. */
  readonly stopping: AbortSignal;
  /** Tells whoever started the process that it can be used. */
  readonly ready: () => void;
}

/**
 * Runs a process of the engine until it is asked to stop.
 *
 * Reads the configuration, waits for the database and asserts what the engine's promises rest on. `work` ends when
 * the signal is aborted; an error that it throws ends the process with exit code 1.
 */
export async function runService(name: string, work: (service: Service) => Promise<void>): Promise<void> {
  let config: ServiceConfig;
  try {
    config = serviceConfig();
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
    return;
  }
  const log = createLog(name, config.logLevel);
  exitOnUncaught(log);
  const stop = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort());
  // Whoever started the process may be gone: it goes on and is stopped by the next start.
  process.channel?.unref();
  const pool = createPool({ url: config.databaseUrl, name, connections: config.databaseConnections });
  try {
    await assertDatabase(pool, config, log, stop.signal);
    const ready = (): void => {
      log.info('ready');
      process.send?.('ready');
    };
    await work({ config, log, pool, stopping: stop.signal, ready });
  } catch (error) {
    if (!stop.signal.aborted) log.error({ err: error }, 'the process ends');
    // What the error left open, such as threads of Temporal's, would keep the process from being started again.
    process.exit(stop.signal.aborted ? 0 : 1);
  }
  await pool.end();
}

async function assertDatabase(
  pool: Pool,
  config: ServiceConfig,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    try {
      await assertServer(pool);
      await assertPhoneKey(pool, config.phoneKey);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!isConnectionFailure(error)) throw error;
      log.warn({ err: error }, 'the database does not answer yet; trying again');
      await pause(1_000, undefined, { signal });
    }
  }
}
