import type { Pool } from '../database/pool.ts';

/** Rows that are described at most. */
const MOST = 10;

/** What the rows of messages say that nobody settled, those first that no gate refused: a count does not lead to the cause. */
export async function describeUnsettled(pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query<{ description: string }>(
    `SELECT format('%s is %s after %s calls and %s look-ups: %s', id, state, attempts, looks, coalesce(error, ''))
       AS description
     FROM message WHERE state IN ('unknown', 'unresolved')
     ORDER BY coalesce(error, '') LIKE 'repeat refused: %', id LIMIT $1`,
    [MOST],
  );
  return rows.map(({ description }) => description);
}
