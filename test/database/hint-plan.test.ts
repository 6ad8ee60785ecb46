import { armHint, markHints } from '../../database/hints.ts';
import { inTransaction } from '../../database/transaction.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { acceptedMessages } from '../support/ledger.ts';
import { copyRow, planOf } from '../support/plan-of.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

/** Messages of the same run in other cohorts, all of them open. */
const OTHERS = 2_000;

let database: TestDatabase;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  run = await launchRun(pool, { customers: consentingCustomers(1) });
  await acceptedMessages(run);
  await copyRow(pool, OTHERS, 'message', {
    id: 'gen_random_uuid()',
    recipient_id: '-i',
    cohort_id: '-i',
    ended_at: 'NULL',
  });
  await armHint(pool, { ...run.cohort, actionId: 1, pass: 1, nodeId: 'send', early: true, firstMs: 1_000 });
  await pool.query('ANALYZE');
});
afterAll(() => database.drop());

describe('whether a cohort has an open message at a node', () => {
  it('is asked once, and of its own messages only', async () => {
    const { month, cohortId } = run.cohort;
    const message = { month, cohort_id: cohortId, action_id: 1, pass: 1 };
    const plan = await planOf(database.pool, 'UPDATE hint SET dirty', () =>
      inTransaction(database.pool, (connection) => markHints(connection, [message])),
    );
    expect(plan.match(/Scan .*on message_.*/g)).toHaveLength(1);
    expect(plan).toMatch(/Index Cond: .*run_id = .*cohort_id = /);
  });
});
