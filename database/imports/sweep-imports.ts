import { longQuery, type Queryable } from '../pool.ts';

/** For how many days after its end a job is kept, with its problems. */
export const KEPT_DAYS = 30;

/** Removes bodies that broke off without anybody to notice, and jobs that ended long ago. */
export async function sweepImports(database: Queryable): Promise<void> {
  await database.query(
    longQuery(`DELETE FROM import_job WHERE state = 'receiving' AND lease_until < clock_timestamp()`),
  );
  await database.query(
    longQuery('DELETE FROM import_job WHERE finished_at < clock_timestamp() - make_interval(days => $1)', [
      KEPT_DAYS,
    ]),
  );
}
