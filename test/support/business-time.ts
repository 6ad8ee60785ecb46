import { WEDNESDAY_NOON } from '../../database/business-clock.ts';
import type { Queryable } from '../../database/pool.ts';

/**
 * Sets what time it is for a project's wall-clock rules, whether or not a run of it is open.
 *
 * Its database forgets that only mode `simulator` has a clock that can be set: a rehearsal with an allow-list can't wait for the morning.
 * @param instantMs a Wednesday, 12:00 Central by default: no test depends on the hour at which it runs
 */
export async function setBusinessTime(
  database: Queryable,
  projectId: string,
  instantMs = WEDNESDAY_NOON,
): Promise<void> {
  await database.query('ALTER TABLE project DROP CONSTRAINT IF EXISTS project_check');
  await database.query(
    `UPDATE project SET clock_offset_ms = $2 - (extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE id = $1`,
    [projectId, instantMs],
  );
}
