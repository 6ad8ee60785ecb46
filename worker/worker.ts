import path from 'node:path';
import { DefaultLogger, Runtime, Worker, type LogEntry } from '@temporalio/worker';
import { createActivities } from '../activities/create-activities.ts';
import type { Logger } from '../config/log.ts';
import { TASK_QUEUE } from '../domain/temporal-names.ts';
import { closeDependencies, createDependencies } from './dependencies.ts';
import { runService } from '../database/service.ts';
import { connectWorker } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** Cohorts kept in memory; about 1 MB each. */
const CACHED_WORKFLOWS = 300;
const CONCURRENT_ACTIVITIES = 16;
const SHUTDOWN_GRACE_MS = 10_000;

/** The process that walks: Temporal's worker with our workflows and activities. */
await runService('worker', async (service) => {
  const { config, log, stopping } = service;
  Runtime.install({ logger: new DefaultLogger('WARN', (entry) => forward(log, entry)), shutdownSignals: [] });
  const deps = createDependencies(service);
  const [codePath, connection] = await Promise.all([
    workflowBundle(path.join(config.home, 'bundles')),
    connectWorker(config.temporal, log, stopping),
    deps.renderPool.warm(),
  ]);
  const worker = await Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: TASK_QUEUE,
    workflowBundle: { codePath },
    activities: createActivities(deps),
    maxCachedWorkflows: CACHED_WORKFLOWS,
    maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
  });
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
