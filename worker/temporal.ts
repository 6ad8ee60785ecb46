import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { connectionOptions, type TemporalConfig } from '../config/temporal.ts';
import type { Logger } from '../config/log.ts';

/** Longest single call to Temporal. */
const CALL_MS = 10_000;
const RETRY_MS = 1_000;

export interface TemporalClient {
  readonly client: Client;
  readonly connection: Connection;
}

/** A client that connects when it is first used, and again whenever Temporal comes back. */
export function createTemporalClient(config: TemporalConfig): TemporalClient {
  const connection = Connection.lazy({ ...connectionOptions(config), connectTimeout: CALL_MS });
  return { connection, client: new Client({ connection, namespace: config.namespace }) };
}

/** Waits for Temporal to answer, for as long as the signal allows. */
export async function connectWorker(
  config: TemporalConfig,
  log: Logger,
  signal: AbortSignal,
): Promise<NativeConnection> {
  for (;;) {
    try {
      return await NativeConnection.connect(connectionOptions(config));
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error }, 'Temporal does not answer yet; trying again');
      await pause(RETRY_MS, undefined, { signal });
    }
  }
}

/** Calls Temporal with a deadline. */
export function withDeadline<T>({ connection }: TemporalClient, call: () => Promise<T>): Promise<T> {
  return connection.withDeadline(Date.now() + CALL_MS, call);
}
