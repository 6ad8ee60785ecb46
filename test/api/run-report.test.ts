import { runReport } from '../../api/runs/run-report.ts';
import { liftHold, putHold } from '../../database/holds.ts';
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
  readonly state: string;
  readonly holds: readonly object[];
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
    const reported = runReport(pool, run.projectId, run.runId);
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

  it('tells its state in the same moment as everything else', async () => {
    const { pool } = database;
    const run = await launchRun(pool);
    const locks = await HeldLocks.take(pool, 'LOCK TABLE run IN ACCESS EXCLUSIVE MODE');
    const reported = runReport(pool, run.projectId, run.runId);
    await locks.isWaitedFor();
    await locks.connection.query(
      `WITH held AS (INSERT INTO hold (scope, target_id, reason, actor) VALUES ('project', $2, 'late', 'ana'))
       UPDATE run SET state = 'paused', state_reason = 'wrong price' WHERE id = $1`,
      [run.runId, run.projectId],
    );
    await locks.letGo();
    const { state, holds } = (await reported) as Report;
    expect([state, holds.length]).toEqual(state === 'paused' ? ['paused', 1] : ['running', 0]);
    await liftHold(pool, run.projectId, { scope: 'project' });
  });

  it('names the holds that keep something of it, and no others', async () => {
    const { pool } = database;
    const run = await launchRun(pool);
    const why = { reason: 'a complaint', actor: 'ana' };
    const targets = [
      { scope: 'account' },
      { scope: 'project' },
      { scope: 'sender', key: 'default' },
      { scope: 'integration', key: 'infobip' },
      { scope: 'category', key: 'marketing' },
      { scope: 'category', key: 'transactional' },
    ] as const;
    for (const target of targets) expect(await putHold(pool, run.projectId, target, why)).toBe(true);
    const read = async (): Promise<Report> => (await runReport(pool, run.projectId, run.runId)) as Report;
    expect((await read()).holds).toEqual(
      targets.slice(0, 5).map((target) => ({
        key: null,
        ...target,
        ...why,
        since: expect.any(Date) as Date,
        nodes: ['send'],
      })),
    );
    await pool.query(`UPDATE run SET state = 'finished' WHERE id = $1`, [run.runId]);
    expect((await read()).holds).toEqual([]);
    for (const target of targets) await liftHold(pool, run.projectId, target);
  });
});
