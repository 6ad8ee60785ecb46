import type { AudienceFilter } from '../domain/audience-filter.ts';
import { admittedSql } from './admitted-sql.ts';
import { Parameters } from './audience-sql.ts';
import { longQuery, type Pool } from './pool.ts';
import { inTransaction, lockRun } from './transaction.ts';

/** Most members of a cohort. */
export const COHORT_SIZE = 1_000;

export interface FreezeInput {
  readonly runId: string;
  readonly projectId: string;
  readonly month: number;
  readonly filter: AudienceFilter | null;
  /** What the cohorts' workflow ids begin with; the number follows in four digits or more. */
  readonly workflowIdPrefix: string;
  /** Most members of a cohort, at most 1,000, which is the default. */
  readonly cohortSize?: number | undefined;
}

export interface FrozenAudience {
  readonly customers: number;
  readonly cohorts: number;
}

/**
 * Admits the audience to the run: one snapshot, all or nothing, once.
 *
 * Entries are ordered by timezone, language and chance, so that local mornings and translations rarely part a
 * cohort. @returns what had been frozen before when it is called again
 */
export function freezeAudience(pool: Pool, input: FreezeInput): Promise<FrozenAudience> {
  const { cohortSize = COHORT_SIZE } = input;
  return inTransaction(pool, async (connection) => {
    await connection.query('SET LOCAL lock_timeout = 0');
    await lockRun(connection, input.runId);
    const { rows } = await connection.query<RunRow>(
      'SELECT audience_size, cohort_count, exclude_runs, is_test, test_customers FROM run WHERE id = $1',
      [input.runId],
    );
    const known = rows[0];
    if (known && known.audience_size !== null)
      return { customers: known.audience_size, cohorts: known.cohort_count ?? 0 };
    // Who has several test recipients on one handset wants to see the message of each.
    const occasion = known?.is_test ? null : 'launch';
    const parameters = new Parameters([
      ...[input.month, input.runId, input.workflowIdPrefix, cohortSize],
      occasion,
    ]);
    const testCustomers = known?.is_test ? known.test_customers : undefined;
    const excludeRuns = known?.exclude_runs ?? [];
    const admitted = admittedSql({ ...input, excludeRuns, testCustomers }, parameters);
    const { rowCount } = await connection.query(longQuery(freezeSql(admitted), parameters.values));
    const customers = rowCount ?? 0;
    const cohorts = Math.ceil(customers / cohortSize);
    await connection.query('UPDATE run SET audience_size = $2, cohort_count = $3 WHERE id = $1', [
      input.runId,
      customers,
      cohorts,
    ]);
    return { customers, cohorts };
  });
}

interface RunRow {
  readonly audience_size: number | null;
  readonly cohort_count: number | null;
  readonly exclude_runs: readonly string[];
  readonly is_test: boolean;
  readonly test_customers: readonly string[];
}

function freezeSql(admitted: string): string {
  return `
    WITH audience AS MATERIALIZED (
      SELECT id, (row_number() OVER (ORDER BY timezone, language, hashtext(id::text), id) - 1)::int AS position
      FROM customer
      WHERE ${admitted}
    ), cohorts AS (
      INSERT INTO cohort (month, run_id, number, size, workflow_id)
      SELECT $1, $2, number, count(*), $3 || lpad(number::text, greatest(4, length(number::text)), '0')
      FROM audience, LATERAL (SELECT position / $4::int + 1) AS cohort (number) GROUP BY number
      RETURNING id, number
    )
    INSERT INTO entry (month, run_id, customer_id, entry_key, occasion, cohort_id, member_index, admitted_at)
    SELECT $1, $2, audience.id, '1', $5::text, cohorts.id, position % $4::int, now()
    FROM audience JOIN cohorts ON cohorts.number = position / $4::int + 1`;
}
