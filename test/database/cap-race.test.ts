import type { Queryable } from '../../database/pool.ts';
import { inTransaction } from '../../database/transaction.ts';
import { eventually } from '../support/eventually.ts';
import { consentingCustomers, launchRun, type LaunchedRun, type Member } from '../support/launched-run.ts';
import { claim } from '../support/ledger.ts';
import { patiently } from '../support/patiently.ts';
import { slowDownClaims } from '../support/slow-claims.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { warm } from '../support/warm-pool.ts';

const RUNS = 50;
const CUSTOMERS = 100;
const PER_CLAIM = 25;
const CONNECTIONS = 24;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(CONNECTIONS);
  await slowDownClaims(database.pool);
});
afterAll(() => database.drop());

/** Connections that wait for a lock now. */
async function waiting(connection: Queryable): Promise<number> {
  await connection.query('SELECT pg_stat_clear_snapshot()');
  const { rows } = await connection.query<{ waiting: number }>(
    `SELECT count(*)::int AS waiting FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0]?.waiting ?? 0;
}

async function claimOf(run: LaunchedRun, members: readonly Member[]): Promise<number> {
  const { claimed, refused } = await patiently(() => claim(run, {}, members));
  expect(claimed.length + refused.length).toBe(members.length);
  return claimed.length;
}

it('fifty runs that race for a hundred customers at a cap of one send a hundred messages, one a number', async () => {
  const customers = consentingCustomers(CUSTOMERS);
  const runs: LaunchedRun[] = [];
  for (let i = 0; i < RUNS; i += 1) runs.push(await launchRun(database.pool, { customers }));
  await database.pool.query(`UPDATE project SET message_cap = 1, cap_window = '1d'`);
  await warm(database.pool);

  const claims: Promise<number>[] = [];
  await inTransaction(database.pool, async (connection) => {
    await connection.query('SELECT FROM recipient ORDER BY id FOR UPDATE');
    for (let from = 0; from < CUSTOMERS; from += PER_CLAIM)
      for (const run of runs) claims.push(claimOf(run, run.members.slice(from, from + PER_CLAIM)));
    // There is a race once every other connection has a claim that waits for the same numbers.
    await eventually(async () => ((await waiting(connection)) === CONNECTIONS - 1 ? true : undefined));
  });
  const counts = await Promise.all(claims);

  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(CUSTOMERS);
  const { rows } = await database.pool.query<{ messages: number; numbers: number }>(
    `SELECT count(*)::int AS messages, count(DISTINCT recipient_id)::int AS numbers FROM message`,
  );
  expect(rows).toEqual([{ messages: CUSTOMERS, numbers: CUSTOMERS }]);
}, 60_000);
