import { once } from 'node:events';
import { crashPoints } from '../config/crash-points.ts';
import { createPrisma } from '../database/prisma.ts';
import { runService } from '../database/service.ts';
import { ProviderRegistry } from '../providers/registry.ts';
import { runImports } from './imports/import-runner.ts';
import { createApiServer } from './server.ts';

/** How long open requests may go on after the process was asked to stop. */
const DRAIN_MS = 5_000;

/** The process that answers marketers, operators and providers. Any number of it may run at once. */
await runService('api', async ({ config, log, pool, stopping, ready }) => {
  const prisma = createPrisma(pool);
  const providers = new ProviderRegistry(config.integrations, config.publicUrl);
  const reach = crashPoints(config.crashPoints);
  const deps = { config, log, pool, prisma, providers, reach };
  const server = createApiServer(deps);
  server.listen(config.api.port, config.api.host);
  await once(server, 'listening');
  ready();
  const imports = runImports(deps, stopping);
  if (!stopping.aborted) await once(stopping, 'abort');
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  setTimeout(() => server.closeAllConnections(), DRAIN_MS).unref();
  await Promise.all([closed, imports]);
  await providers.close();
  await prisma.$disconnect();
});
