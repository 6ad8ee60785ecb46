import { closeHints, markHints, type DueHint } from '../../database/hints.ts';
import { inTransaction } from '../../database/transaction.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const HINTS = 8;
const MONTH = 0;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(5);
});
afterAll(() => database.drop());

/** Hints that lie in the table, and are given, the other way round than they are to be locked. */
async function hintsInDisorder(): Promise<readonly DueHint[]> {
  await database.pool.query('DELETE FROM hint');
  await database.pool.query(
    `INSERT INTO hint (cohort_id, action_id, pass, month, node_id, early, dirty, due_at, interval_ms)
     SELECT i, 1, 1, $2, 'send', true, true, now(), 1000 FROM generate_series($1::int, 1, -1) AS i`,
    [HINTS, MONTH],
  );
  return Array.from({ length: HINTS }, (_, i) => HINTS - i).map((cohort) => ({
    ...{ month: MONTH, cohortId: String(cohort), actionId: 1, pass: 1, nodeId: 'send', workflowId: '' },
    ...{ size: 1, marks: 0, complete: false, ended: [], states: {} },
  }));
}

const close = (hints: readonly DueHint[]): Promise<void> => closeHints(database.pool, hints, 60_000);

const WORK: readonly (readonly [string, (hints: readonly DueHint[]) => Promise<void>])[] = [
  ['who closes complete ones', (hints) => close(hints.map((hint) => ({ ...hint, complete: true })))],
  ['who closes incomplete ones', close],
  [
    'who closes some of each kind',
    (hints) => close(hints.map((hint) => ({ ...hint, complete: hint.cohortId !== '1' }))),
  ],
  [
    'who marks them',
    (hints) =>
      inTransaction(database.pool, (connection) =>
        markHints(
          connection,
          hints.map(({ cohortId }) => ({ month: MONTH, cohort_id: cohortId, action_id: 1, pass: 1 })),
        ),
      ),
  ],
];

describe('hints are locked in the same order', () => {
  it.each(WORK)('by %s', async (_name, work) => {
    const hints = await hintsInDisorder();
    const first = await HeldLocks.take(
      database.pool,
      'SELECT FROM hint WHERE cohort_id = 1 FOR NO KEY UPDATE',
    );
    const working = work(hints);
    await first.isWaitedFor();
    // Whoever waits for the first has none of the others: they can be had at once.
    const { rowCount } = await first.connection.query('SELECT FROM hint FOR NO KEY UPDATE NOWAIT');
    expect(rowCount).toBe(HINTS);
    await first.letGo();
    await working;
  });
});
