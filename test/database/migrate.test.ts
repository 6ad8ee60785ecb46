import { migrate } from '../../database/migrate.ts';
import { createPool } from '../../database/pool.ts';
import { insertRun, seedTestProject } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface LogRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

const log = async (): Promise<readonly LogRow[]> =>
  (await database.pool.query<LogRow>('SELECT * FROM _prisma_migrations ORDER BY migration_name')).rows;

describe('the migrations', () => {
  it('are not applied a second time', async () => {
    const before = await log();
    expect(before.length).toBeGreaterThan(0);
    expect(await migrate(database.pool)).toEqual([]);
    expect(await log()).toEqual(before);
  });

  it('are logged as Prisma logs them: whole, with the SHA-256 of the file', async () => {
    for (const row of await log()) {
      expect(row.finished_at).toBeInstanceOf(Date);
      expect(row.checksum).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('are applied once when several processes start together', async () => {
    await database.pool.query('CREATE DATABASE several');
    const pool = createPool({ url: database.url.replace(/[^/]+$/, 'several'), name: 'test', connections: 4 });
    try {
      const applied = await Promise.all([migrate(pool), migrate(pool), migrate(pool)]);
      expect(applied.flat()).toEqual((await log()).map((row) => row.migration_name));
    } finally {
      await pool.end();
      await database.pool.query('DROP DATABASE several WITH (FORCE)');
    }
  });

  it('give cohorts beyond the ten thousandth the workflow ids that an older version had cut off', async () => {
    const { pool } = database;
    const runId = await insertRun(pool, await seedTestProject(pool));
    await pool.query(
      `DROP INDEX cohort_workflow_id_key;
       DELETE FROM _prisma_migrations WHERE migration_name LIKE '%_indexes'`,
    );
    await pool.query(
      `INSERT INTO cohort (month, run_id, number, size, workflow_id)
       SELECT 202611, $1, number, 1, 'cohort/sale/x/' || lpad(number::text, 4, '0')
       FROM unnest('{1, 1000, 10000, 10001}'::int[]) AS number`,
      [runId],
    );
    expect(await migrate(pool)).toEqual(['20261121120000_indexes']);
    const { rows } = await pool.query<{ workflow_id: string }>(
      'SELECT workflow_id FROM cohort WHERE run_id = $1 ORDER BY number',
      [runId],
    );
    expect(rows.map((row) => row.workflow_id)).toEqual(
      ['0001', '1000', '10000', '10001'].map((number) => `cohort/sale/x/${number}`),
    );
  });

  it('are refused when one that is applied has been changed since', async () => {
    await database.pool.query(`UPDATE _prisma_migrations SET checksum = repeat('0', 64)`);
    await expect(migrate(database.pool)).rejects.toThrow(/was changed after it had been applied/);
  });
});

describe('the partitions', () => {
  it('are there for two months back and four months ahead, so that nothing of these is refused', async () => {
    const { rows } = await database.pool.query<{ parent: string; months: string[] }>(
      `SELECT parent.relname AS parent, array_agg(right(child.relname, 6) ORDER BY child.relname) AS months
       FROM pg_inherits JOIN pg_class parent ON parent.oid = inhparent JOIN pg_class child ON child.oid = inhrelid
       WHERE parent.relkind = 'p' GROUP BY 1 ORDER BY 1`,
    );
    const expected = [-2, -1, 0, 1, 2, 3, 4].map((months) => {
      const now = new Date();
      const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + months));
      return month.toISOString().slice(0, 7).replace('-', '');
    });
    expect(rows).toEqual(
      [
        'campaign_event',
        'entry',
        'inbound_message',
        'message',
        'provider_reference',
        'receipt',
        'submission',
        'trace',
      ].map((parent) => ({
        parent,
        months: expected,
      })),
    );
  });
});
