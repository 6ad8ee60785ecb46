import path from 'node:path';
import { SecretBox } from '../database/secret-box.ts';
import { runService } from '../database/service.ts';
import { closeDependencies, createDependencies } from './dependencies.ts';
import { runPumps } from './pumps.ts';
import { installRuntime } from './runtime.ts';
import { createTemporalClient } from './temporal.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** The process of the pumps. Any number of it may run at once: each takes what no other has. */
await runService('pump', async (service) => {
  const { config, log, stopping } = service;
  installRuntime(log);
  const temporal = createTemporalClient(config.temporal);
  const deps = createDependencies(service);
  service.ready();
  try {
    const { namespace } = config.temporal;
    const { mediaFromLoopback } = config;
    const bundle = (): Promise<string> => workflowBundle(path.join(config.home, 'bundles'));
    const box = new SecretBox(service.config.credentialKeys);
    await runPumps(deps, { temporal, namespace, bundle, box, mediaFromLoopback }, stopping);
  } finally {
    await closeDependencies(deps);
    await temporal.connection.close();
  }
});
