import type { Queryable } from '../../database/pool.ts';
import { recordOutcomes } from '../../database/record-outcomes.ts';
import { inTransaction } from '../../database/transaction.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, callOf, claim, RECORD_SCOPE } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const CUSTOMERS = 20;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Row versions of the ledger that this transaction has written, and those of them that cost no index entry. */
async function versions(
  connection: Queryable,
  { month }: LaunchedRun,
): Promise<{ all: number; unindexed: number }> {
  const { rows } = await connection.query<{ all: number; unindexed: number }>(
    `SELECT pg_stat_get_xact_tuples_updated(part)::int AS all,
            pg_stat_get_xact_tuples_hot_updated(part)::int AS unindexed
     FROM (SELECT $1::regclass AS part) AS named`,
    [`message_${month}`],
  );
  return rows[0] ?? { all: 0, unindexed: 0 };
}

describe('what comes of a call', () => {
  it('is written beside the claim, without an entry in any index of the ledger', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(CUSTOMERS) });
    const { token, claimed } = await claim(run);
    const written = await inTransaction(database.pool, async (connection) => {
      const call = callOf(
        token,
        claimed.map(({ id }) => accepted(id)),
        run,
      );
      await recordOutcomes(connection, { ...RECORD_SCOPE, month: run.month }, [call]);
      return versions(connection, run);
    });
    expect(written).toEqual({ all: CUSTOMERS, unindexed: CUSTOMERS });
  });
});
