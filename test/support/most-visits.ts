import type { Pool } from '../../database/pool.ts';

const MOST_VISITS = `
  CREATE TABLE most_visits (node_id text PRIMARY KEY, visits int);
  CREATE FUNCTION count_visits() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO most_visits
    SELECT node_id, max(visits) FROM (
      SELECT cohort_id, node_id, count(*) AS visits FROM visit
      WHERE opened_at IS NOT NULL AND cohort_id IN (SELECT cohort_id FROM written) GROUP BY 1, 2) AS open
    GROUP BY 1
    ON CONFLICT (node_id) DO UPDATE SET visits = greatest(most_visits.visits, EXCLUDED.visits);
    RETURN NULL;
  END $$;
  CREATE TRIGGER count_inserted AFTER INSERT ON visit REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION count_visits();
  CREATE TRIGGER count_updated AFTER UPDATE ON visit REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION count_visits();`;

/** Keeps from now on the most visits that one node of one cohort has open in any record of its walk. */
export async function watchVisits(pool: Pool): Promise<void> {
  await pool.query(MOST_VISITS);
}

/** The most visits so far, by node. */
export async function mostVisits(pool: Pool): Promise<Readonly<Record<string, number>>> {
  const { rows } = await pool.query<{ node_id: string; visits: number }>(
    'SELECT node_id, visits FROM most_visits ORDER BY node_id',
  );
  return Object.fromEntries(rows.map(({ node_id: nodeId, visits }) => [nodeId, visits]));
}
