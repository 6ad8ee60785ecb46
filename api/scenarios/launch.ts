import type { Pool } from '../../database/pool.ts';
import type { Prisma } from '../../database/prisma.ts';
import type { IfMatch } from '../entity-tag.ts';
import { readProjectResources } from './check-scenario.ts';
import { assertLaunchable } from './launch-conditions.ts';
import { launchOnce, type LaunchAnswer } from './launch-once.ts';
import type { LaunchOptions } from './launch-options.ts';
import { readFrozen } from './read-frozen.ts';
import { storeRun } from './store-run.ts';

export interface LaunchInput {
  readonly projectId: string;
  readonly scenarioId: string;
  readonly idempotencyKey: string;
  readonly body: LaunchOptions;
  readonly ifMatch: IfMatch;
}

/**
 * Freezes the scenario as it is and stores a run of it: from the commit on it will be started, once.
 *
 * The same key gives the same answer, however often and however quickly it is asked again.
 * @throws ApiProblem `invalid_scenario` with every reason, `idempotency_key_reused`, `not_found`, `scenario_archived`, and what
 * {@link assertLaunchable} says
 */
export async function launch(
  pool: Pool,
  prisma: Prisma,
  publicUrl: string,
  { projectId, scenarioId, idempotencyKey, body, ifMatch }: LaunchInput,
): Promise<LaunchAnswer> {
  const resources = await readProjectResources(prisma, projectId);
  const request = { launch: scenarioId, body };
  return launchOnce(pool, { projectId, idempotencyKey, request }, async (connection) => {
    // Not archived or changed between this look at it and the commit.
    const draft = { projectId, scenarioId, ifMatch, lock: 'FOR SHARE' } as const;
    const frozen = await readFrozen(connection, { ...draft, resources, publicUrl });
    await assertLaunchable(connection, { projectId, scenarioId, filter: frozen.audience }, body);
    return storeRun(connection, { projectId, scenarioId, frozen, ...body });
  });
}
