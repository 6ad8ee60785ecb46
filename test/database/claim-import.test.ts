import { jest } from '@jest/globals';
import { claimImport, endImport } from '../../database/imports/import-lease.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const LEASE_MS = 60_000;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  // One project has 2,000 jobs that wait, nine have three each; as many again have ended.
  await database.pool.query(
    `WITH owner AS (INSERT INTO account (name) VALUES ('claims') RETURNING id),
     own AS (INSERT INTO project (account_id, key, name)
             SELECT id, 'claims-' || i, 'P' || i FROM owner, generate_series(1, 10) AS i RETURNING id, key)
     INSERT INTO import_job (project_id, format, state, queued_at, turn_at, finished_at)
     SELECT id, 'csv', state, now() + make_interval(secs => i), now() + make_interval(secs => i),
            CASE state WHEN 'finished' THEN now() END
     FROM own, unnest(ARRAY['queued', 'finished']) AS state,
          generate_series(1, CASE key WHEN 'claims-1' THEN 2000 ELSE 3 END) AS i`,
  );
});
afterAll(() => database.drop());

/** What claiming a job reads; nothing is claimed. */
async function planOfClaim(): Promise<string> {
  const { pool } = database;
  const spy = jest.spyOn(pool, 'query').mockImplementationOnce(() => ({ rows: [] }) as never);
  await claimImport(pool, LEASE_MS);
  const [text, values] = spy.mock.calls[0] as unknown as [string, unknown[]];
  spy.mockRestore();
  const connection = await pool.connect();
  try {
    await connection.query('BEGIN');
    const { rows } = await connection.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, BUFFERS OFF) ${text}`,
      values,
    );
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  } finally {
    await connection.query('ROLLBACK');
    connection.release();
  }
}

describe('claiming an import job', () => {
  it('takes one step of the index a project, however many jobs wait', async () => {
    await database.pool.query('ANALYZE');
    const plan = await planOfClaim();
    expect(plan).toMatch(/Index Scan using import_job_open on import_job\b/);
    expect(plan).not.toContain('Seq Scan on import_job');
    const read = Array.from(plan.matchAll(/rows=([\d.]+) loops=(\d+)/g), ([, rows, loops]) => [
      Number(rows),
      Number(loops),
    ]);
    expect(read.length).toBeGreaterThan(3);
    // An incremental sort looks at some rows of a project before it knows that there is no tie.
    for (const [rows = 0, loops = 0] of read) expect(rows * loops).toBeLessThan(100);
  });

  it('takes the oldest job of every project at once, and its next one only after that', async () => {
    const { pool } = database;
    const claimed = await Promise.all(Array.from({ length: 12 }, () => claimImport(pool, LEASE_MS)));
    // Whoever finds the one that it wanted just taken may go away empty-handed.
    for (let job = await claimImport(pool, LEASE_MS); job; job = await claimImport(pool, LEASE_MS)) {
      claimed.push(job);
    }
    const jobs = claimed.flatMap((job) => job ?? []);
    expect(new Set(jobs.map(({ projectId }) => projectId)).size).toBe(10);
    expect(jobs).toHaveLength(10);
    const { rows } = await pool.query<{ first: boolean }>(
      `SELECT queued_at = (SELECT min(queued_at) FROM import_job AS other
                           WHERE other.project_id = job.project_id) AS first
       FROM import_job AS job WHERE state = 'running'`,
    );
    expect(rows).toEqual(Array.from({ length: 10 }, () => ({ first: true })));
    const [ended] = jobs;
    if (!ended) throw new Error('There was no job.');
    await endImport(pool, ended, null);
    expect((await claimImport(pool, LEASE_MS))?.projectId).toBe(ended.projectId);
  });
});
