import type { AudienceFilter } from '../domain/audience-filter.ts';
import { audienceSql, Parameters } from './audience-sql.ts';
import type { Queryable } from './pool.ts';

/** Which of these members' customers match a filter, by their attributes as they are now. */
export async function matchMembers(
  database: Queryable,
  cohort: { readonly month: number; readonly cohortId: string },
  memberIndexes: readonly number[],
  filter: AudienceFilter,
): Promise<readonly number[]> {
  const parameters = new Parameters([cohort.month, cohort.cohortId, memberIndexes]);
  const condition = audienceSql(filter, parameters);
  const { rows } = await database.query<{ member_index: number }>(
    `SELECT entry.member_index FROM entry JOIN customer ON customer.id = entry.customer_id
     WHERE entry.month = $1 AND entry.cohort_id = $2 AND entry.member_index = ANY ($3::int[])
       AND customer.deleted_at IS NULL AND ${condition}`,
    parameters.values,
  );
  return rows.map((row) => row.member_index);
}
