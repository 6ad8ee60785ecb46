import path from 'node:path';
import type { Worker } from '@temporalio/worker';
import { runService } from '../database/service.ts';
import { createWorker } from './create-worker.ts';
import { closeDependencies, createDependencies } from './dependencies.ts';
import { installRuntime } from './runtime.ts';
import { connectWorker } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** The process that walks. Any number of it may run at once, about one a core. */
await runService('worker', async (service) => {
  const { config, log, stopping } = service;
  installRuntime(log);
  const deps = createDependencies(service);
  try {
    const [codePath] = await Promise.all([
      workflowBundle(path.join(config.home, 'bundles')),
      deps.renderPool.warm(),
    ]);
    const connection = await connectWorker(config.temporal, log, stopping);
    try {
      const { namespace } = config.temporal;
      const worker = await createWorker(deps, { connection, namespace, codePath });
      await runUntil(stopping, worker, service.ready);
    } finally {
      await connection.close();
    }
  } finally {
    await closeDependencies(deps);
  }
});

/** Runs the worker until the signal, which may have been given before. */
async function runUntil(signal: AbortSignal, worker: Worker, ready: () => void): Promise<void> {
  const running = worker.run();
  const stop = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  ready();
  await running;
}
