import { runService } from '../database/service.ts';
import { closeDependencies, createDependencies } from './dependencies.ts';
import { runPumps } from './pumps.ts';
import { createTemporalClient } from './temporal.ts';

/** The process of the pumps. Any number of it may run at once: each takes what no other has. */
await runService('pump', async (service) => {
  const { config, stopping } = service;
  const temporal = createTemporalClient(config.temporal);
  const deps = createDependencies(service);
  service.ready();
  try {
    await runPumps(deps, temporal, config.temporal.namespace, stopping);
  } finally {
    await closeDependencies(deps);
    await temporal.connection.close();
  }
});
