import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import type { Logger } from '../config/log.ts';

/** Temporal's runtime of this process: it tells our log what is wrong, and leaves the process's signals alone. */
export function installRuntime(log: Logger): void {
  Runtime.install({ logger: new DefaultLogger('WARN', (entry) => forward(log, entry)), shutdownSignals: [] });
}

function forward(log: Logger, { level, message, meta }: LogEntry): void {
  const error: unknown = meta?.['error'];
  log[level === 'ERROR' ? 'error' : 'warn'](
    { workflow: meta?.['workflowId'] as string, err: error },
    message,
  );
}
