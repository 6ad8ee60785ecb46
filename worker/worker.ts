import path from 'node:path';
import { DefaultLogger, Runtime, type LogEntry } from '@temporalio/worker';
import type { Logger } from '../config/log.ts';
import { runService } from '../database/service.ts';
import { createWorker } from './create-worker.ts';
import { closeDependencies, createDependencies } from './dependencies.ts';
import { connectWorker } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** The process that walks. Any number of it may run at once, about one a core. */
await runService('worker', async (service) => {
  const { config, log, stopping } = service;
  Runtime.install({ logger: new DefaultLogger('WARN', (entry) => forward(log, entry)), shutdownSignals: [] });
  const deps = createDependencies(service);
  const [codePath, connection] = await Promise.all([
    workflowBundle(path.join(config.home, 'bundles')),
    connectWorker(config.temporal, log, stopping),
    deps.renderPool.warm(),
  ]);
  const worker = await createWorker(deps, { connection, namespace: config.temporal.namespace, codePath });
  stopping.addEventListener('abort', () => worker.shutdown());
  const running = worker.run();
  service.ready();
  await running;
  await connection.close();
  await closeDependencies(deps);
});

function forward(log: Logger, { level, message, meta }: LogEntry): void {
  const error: unknown = meta?.['error'];
  log[level === 'ERROR' ? 'error' : 'warn'](
    { workflow: meta?.['workflowId'] as string, err: error },
    message,
  );
}
