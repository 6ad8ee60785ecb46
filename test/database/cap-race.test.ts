import { consentingCustomers, launchRun, type LaunchedRun, type Member } from '../support/launched-run.ts';
import { latch } from '../support/latch.ts';
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

  // Every claim waits for the word; then all are made at once, as far as connections go, the runs side by side.
  const start = latch();
  const claims: Promise<number>[] = [];
  for (let from = 0; from < CUSTOMERS; from += PER_CLAIM)
    for (const run of runs)
      claims.push(start.opened.then(() => claimOf(run, run.members.slice(from, from + PER_CLAIM))));
  start.open();
  const counts = await Promise.all(claims);

  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(CUSTOMERS);
  const { rows } = await database.pool.query<{ messages: number; numbers: number; runs: number }>(
    `SELECT count(*)::int AS messages, count(DISTINCT recipient_id)::int AS numbers, count(DISTINCT run_id)::int AS runs
     FROM message`,
  );
  expect(rows).toMatchObject([{ messages: CUSTOMERS, numbers: CUSTOMERS }]);
  // Otherwise there was no race.
  expect(rows[0]?.runs).toBeGreaterThan(1);
}, 60_000);
