import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DefaultLogger, Runtime, Worker, bundleWorkflowCode, type Logger } from '@temporalio/worker';
import { createActivities } from '../../activities/create-activities.ts';
import { runService } from '../../database/service.ts';
import { exists } from '../../stack/exists.ts';
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
  const [codePath] = await Promise.all([bundle(config.home, logger), deps.renderPool.warm()]);
  const connection = await connectWorker(config.temporal, log, stopping);
  const worker = await Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: PER_CUSTOMER_QUEUE,
    workflowBundle: { codePath },
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

/** The bundled workflow code, made by the first worker in a data folder. It is never a part of the engine's. */
async function bundle(home: string, logger: Logger): Promise<string> {
  const file = path.join(home, 'per-customer.cjs');
  if (await exists(file)) return file;
  const workflowsPath = path.join(import.meta.dirname, 'workflow.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger });
  await writeFile(file, code);
  return file;
}
