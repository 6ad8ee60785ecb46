import { readCohort } from '../../database/read-cohort.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, ledgerOf, unsent } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query(`SELECT ensure_partitions((now() - interval '2 months')::date, 3)`);
});
afterAll(() => database.drop());

/** Lets a run have admitted its customers in the month before. @returns that month */
async function moveToLastMonth({ pool, runId, month }: LaunchedRun): Promise<number> {
  const before = month % 100 === 1 ? month - 89 : month - 1;
  for (const [table, key] of [
    ['run', 'id'],
    ['cohort', 'run_id'],
    ['entry', 'run_id'],
  ])
    await pool.query(`UPDATE ${table} SET month = $2 WHERE ${key} = $1`, [runId, before]);
  return before;
}

it('a message that is sent in the month after its admission has its place, and its id, in that of the admission', async () => {
  const run = await launchRun(database.pool, { customers: consentingCustomers(3) });
  const month = await moveToLastMonth(run);
  expect((await readCohort(database.pool, run.cohort.cohortId)).month).toBe(month);
  const scripted = scriptedDependencies(database.pool);
  scripted.answer = (id) => unsent(id, 0);
  await submitAll(scripted, run);
  scripted.answer = accepted;
  const result = await submitAll(scripted, run);
  scripted.deps.renderPool.close();

  expect(result).toMatchObject({ outcomes: [{ outcome: 'accepted', members: '07' }], queued: [] });
  const rows = await ledgerOf(run);
  expect(rows.map(({ state, attempts, id }) => [state, attempts, id.slice(0, 6)])).toEqual(
    rows.map(() => ['accepted', 2, String(month)]),
  );
  expect(new Set(scripted.called).size).toBe(3);
});
