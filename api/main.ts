import { once } from 'node:events';
import { crashPoints } from '../config/crash-points.ts';
import { createPrisma } from '../database/prisma.ts';
import { runService } from '../database/service.ts';
import { secretsReader } from '../database/integration-secrets.ts';
import { savedContentStore } from '../database/saved-content.ts';
import { ProviderRegistry } from '../providers/registry.ts';
import { RenderPool } from '../templates/render-pool.ts';
import { runImports } from './imports/import-runner.ts';
import { createApiServer } from './server.ts';

/** How long open requests may go on after the process was asked to stop. */
const DRAIN_MS = 5_000;

/** The process that answers marketers, operators and providers. Any number of it may run at once. */
await runService('api', async ({ config, log, pool, stopping, ready }) => {
  const prisma = createPrisma(pool);
  const providers = new ProviderRegistry({
    secretsOf: secretsReader(config.credentialKeys),
    publicUrl: config.publicUrl,
    savedContent: savedContentStore(pool),
  });
  const reach = crashPoints(config.crashPoints);
  // Its processes are started by the first previews.
  const renderPool = new RenderPool();
  const deps = { config, log, pool, prisma, providers, renderPool, reach };
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
  renderPool.close();
  await providers.close();
  await prisma.$disconnect();
});
