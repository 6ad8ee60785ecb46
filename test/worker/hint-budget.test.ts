import type { TemporalClient } from '../../worker/temporal.ts';
import { sendHints } from '../../worker/hint-sender.ts';
import { launchRun } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const HINTS = 60;
const LAST_MS = 60_000;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Counts signals instead of sending them. */
function countingClient(): { temporal: TemporalClient; hints: () => number } {
  let hints = 0;
  const temporal = {
    connection: { withDeadline: <T>(_deadline: number, call: () => T): T => call() },
    client: {
      workflow: {
        getHandle: () => ({
          signal: (_name: string, own: readonly unknown[]) => {
            hints += own.length;
            return Promise.resolve();
          },
        }),
      },
    },
  };
  return { temporal: temporal as unknown as TemporalClient, hints: () => hints };
}

describe('hints', () => {
  it('go out at two hundred a second at most, however many are due', async () => {
    const { cohort } = await launchRun(database.pool);
    await database.pool.query(
      `INSERT INTO hint (cohort_id, action_id, pass, month, node_id, early, dirty, due_at, interval_ms)
       SELECT $1, 1, pass, $2, 'send', true, true, now(), 1000 FROM generate_series(1, $3::int) AS pass`,
      [cohort.cohortId, cohort.month, HINTS],
    );
    const { temporal, hints } = countingClient();
    const begun = performance.now();
    let rounds = 1;
    while (await sendHints(database.pool, temporal, LAST_MS, () => undefined)) rounds += 1;
    expect([rounds, hints()]).toEqual([3, HINTS]);
    // The last round is not full: the pause of the loop follows it.
    expect(performance.now() - begun).toBeGreaterThanOrEqual(245);
  });
});
