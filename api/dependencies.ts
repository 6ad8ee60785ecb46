import type { Logger } from '../config/log.ts';
import type { ServiceConfig } from '../config/service.ts';
import type { Pool } from '../database/pool.ts';
import type { Prisma } from '../database/prisma.ts';
import type { Reach } from '../domain/crash-point.ts';
import type { ProviderRegistry } from '../providers/registry.ts';
import type { RenderPool } from '../templates/render-pool.ts';

/** What the API is made of. */
export interface ApiDependencies {
  readonly config: ServiceConfig;
  readonly log: Logger;
  readonly pool: Pool;
  readonly prisma: Prisma;
  readonly providers: ProviderRegistry;
  /** For previews. */
  readonly renderPool: RenderPool;
  /** Tells that this process has come to a point at which a rehearsal may end it. */
  readonly reach: Reach;
}
