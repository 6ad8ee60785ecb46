import { once } from 'node:events';
import type { Server } from 'node:http';
import { createApiServer } from '../../api/server.ts';
import { createLog } from '../../config/log.ts';
import { createPool } from '../../database/pool.ts';
import { createPrisma } from '../../database/prisma.ts';
import { RenderPool } from '../../templates/render-pool.ts';
import { Api } from './api.ts';
import { testRegistry } from './credentials.ts';
import { freePort } from './temporal-server.ts';
import type { TestStack } from './test-stack.ts';

export interface ApiWithoutDatabase {
  readonly api: Api;
  stop(): Promise<void>;
}

/** A second API server of a stack, configured alike, whose database can't be reached. */
export async function apiWithoutDatabase(
  stack: TestStack,
  log = createLog('test', 'silent'),
): Promise<ApiWithoutDatabase> {
  const { config } = stack;
  const pool = createPool({ url: `postgresql://nobody@127.0.0.1:${await freePort()}/none`, name: 'dead' });
  const prisma = createPrisma(pool);
  const providers = testRegistry(config.publicUrl);
  const server: Server = createApiServer({
    config,
    log,
    pool,
    prisma,
    providers,
    renderPool: new RenderPool(),
    reach: () => undefined,
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    api: new Api(`http://127.0.0.1:${port}`, stack.api.key),
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await providers.close();
      await prisma.$disconnect();
      await pool.end();
    },
  };
}
