import path from 'node:path';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode } from '@temporalio/worker';
import { createActivities } from '../../activities/create-activities.ts';
import { runService } from '../../database/service.ts';
import { closeDependencies, createDependencies } from '../../worker/dependencies.ts';
import { connectWorker } from '../../worker/temporal.ts';
import { PER_CUSTOMER_QUEUE } from './queue.ts';

/** Workflow and activity tasks at once, as the only argument says. */
const CONCURRENCY = Number(process.argv[2] ?? 32);

/** The worker of the workflows that the engine is compared with: the engine's own activities, another workflow. */
await runService('bench-worker', async (service) => {
  const { config, log, stopping } = service;
  const logger = new DefaultLogger('ERROR');
  Runtime.install({ logger, shutdownSignals: [] });
  const deps = createDependencies(service);
  const workflowsPath = path.join(import.meta.dirname, 'workflow.ts');
  const [workflowBundle] = await Promise.all([
    bundleWorkflowCode({ workflowsPath, logger }),
    deps.renderPool.warm(),
  ]);
  const connection = await connectWorker(config.temporal, log, stopping);
  const worker = await Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: PER_CUSTOMER_QUEUE,
    workflowBundle,
    activities: createActivities(deps),
    maxCachedWorkflows: 1_000,
    maxConcurrentWorkflowTaskExecutions: CONCURRENCY,
    maxConcurrentActivityTaskExecutions: CONCURRENCY,
    maxConcurrentLocalActivityExecutions: CONCURRENCY,
  });
  stopping.addEventListener('abort', () => worker.shutdown());
  service.ready();
  await worker.run();
  await connection.close();
  await closeDependencies(deps);
});
