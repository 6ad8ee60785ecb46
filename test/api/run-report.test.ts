import { readRunRow } from '../../api/runs/read-run.ts';
import { runReport } from '../../api/runs/run-report.ts';
import { recordWalk } from '../../database/record-walk.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { launchRun } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface Report {
  readonly nodes: readonly {
    readonly node_id: string;
    readonly here: number;
    readonly outcomes: Readonly<Record<string, number>>;
  }[];
}

describe('the report of a run', () => {
  it('is of one moment: whoever moves on meanwhile is counted once', async () => {
    const { pool } = database;
    const run = await launchRun(pool);
    const place = { number: 1, nodeId: 'start', pass: 1, members: '07', arrivedAt: 0, opened: true };
    const places = [{ ...place, openedAt: 0, state: {}, stuck: null }];
    await recordWalk(pool, run.cohort, { step: 1, departures: [], places });

    const locks = await HeldLocks.take(pool, 'LOCK TABLE visit IN ACCESS EXCLUSIVE MODE');
    const reported = runReport(pool, await readRunRow(pool, run.projectId, run.runId));
    await locks.isWaitedFor();
    await locks.connection.query(
      `WITH left_start AS (DELETE FROM visit WHERE cohort_id = $1)
       INSERT INTO trace (month, cohort_id, run_id, node_id, pass, outcome, reason, outlet, members, first_at, last_at)
       VALUES ($2, $1, $3, 'start', 1, 'next', '', 'next', '\\x07', now(), now())`,
      [run.cohort.cohortId, run.month, run.runId],
    );
    await locks.letGo();
    const { nodes } = (await reported) as Report;
    const start = nodes.find(({ node_id }) => node_id === 'start');
    expect((start?.here ?? 0) + (start?.outcomes['next'] ?? 0)).toBe(3);
  });
});
