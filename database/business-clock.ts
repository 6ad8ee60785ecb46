import { PermanentError } from '../domain/errors.ts';
import { ENDED_RUN_STATES } from '../domain/states.ts';
import type { Pool, Queryable } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** A Wednesday, 12:00 Central: what is shown and measured does not depend on the hour at which it is started. */
export const WEDNESDAY_NOON = Date.UTC(2026, 10, 18, 18);

/**
 * Sets what time it is for the wall-clock rules of a project: the clock runs on from there.
 *
 * Everything that is stored, slept for or given to a provider stays database time.
 * @throws PermanentError `clock_not_settable` outside mode `simulator`, or while a run is open
 */
export function setBusinessClock(pool: Pool, projectId: string, instantMs: number): Promise<void> {
  return inTransaction(pool, async (connection) => {
    const { rows } = await connection.query<{ mode: string; open: boolean }>(
      `SELECT mode, EXISTS (SELECT FROM run WHERE project_id = project.id AND state <> ALL ($2::text[])) AS open
       FROM project WHERE id = $1 FOR NO KEY UPDATE`,
      [projectId, ENDED_RUN_STATES],
    );
    if (rows[0]?.mode !== 'simulator') {
      throw new PermanentError(
        'clock_not_settable',
        'Only a project in mode simulator has a clock that can be set.',
      );
    }
    if (rows[0].open) {
      throw new PermanentError(
        'clock_not_settable',
        'The clock stands fast while a run is open. Wait for its end or cancel it.',
      );
    }
    await connection.query(
      `UPDATE project SET clock_offset_ms = $2 - (extract(epoch FROM clock_timestamp()) * 1000)::bigint WHERE id = $1`,
      [projectId, instantMs],
    );
  });
}

/** What time it is for the wall-clock rules of a project, milliseconds since the epoch. */
export async function readBusinessClock(database: Queryable, projectId: string): Promise<number> {
  const { rows } = await database.query<{ now: string }>(
    `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint + clock_offset_ms AS now FROM project WHERE id = $1`,
    [projectId],
  );
  return Number(rows[0]?.now ?? Number.NaN);
}
