import { createTestDatabase, type TestDatabase } from '../../support/test-database.ts';
import { readSchema } from '../world/fixture.ts';
import { immediatePool } from '../world/immediate-pool.ts';
import { Store } from '../sql/store.ts';
import { postgresSessions, simulatedSessions, WAITS, type Outcome, type Sessions } from './sessions.ts';

const { schema, statements } = readSchema();

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A statement of a session, or `later`: what became of the one that had to wait. */
type Line = readonly [session: number, sql: string];

const ROWS = `INSERT INTO recipient (id, project_id, phone_hash, country) VALUES
  (1, gen_random_uuid(), 'a', 'US'), (2, gen_random_uuid(), 'b', 'US'), (3, gen_random_uuid(), 'c', 'CA')`;
const HINT = (session: string): string =>
  `INSERT INTO hint (cohort_id, action_id, pass, month, node_id, early, due_at, interval_ms)
   VALUES (1, 1, 1, 202611, '${session}', true, now(), 1)`;

const CASES: Readonly<Record<string, readonly Line[]>> = {
  'a change waits for another one, and looks at the row again': [
    [0, 'BEGIN'],
    [0, `UPDATE recipient SET country = 'PR' WHERE id = 1 RETURNING country`],
    [1, `UPDATE recipient SET line_type = 'mobile' WHERE id IN (1, 2) AND country = 'US' RETURNING id`],
    [0, 'COMMIT'],
    [1, 'later'],
  ],
  'a change that is taken back leaves the row to the one that waited': [
    [0, 'BEGIN'],
    [0, `UPDATE recipient SET country = 'PR' WHERE id = 1`],
    [1, `UPDATE recipient SET line_type = 'mobile' WHERE country = 'US' RETURNING id`],
    [0, 'ROLLBACK'],
    [1, 'later'],
  ],
  'a statement sees what was there when it began, under locks too': [
    [0, 'BEGIN'],
    [0, `UPDATE recipient SET carrier = 'new' WHERE id = 1`],
    [1, 'BEGIN'],
    [
      1,
      `WITH locked AS (SELECT id FROM recipient WHERE id = 1 FOR NO KEY UPDATE)
       SELECT other.carrier FROM locked JOIN recipient AS other ON other.id = locked.id`,
    ],
    [0, 'COMMIT'],
    [1, 'later'],
    [1, 'SELECT carrier FROM recipient WHERE id = 1'],
    [1, 'COMMIT'],
  ],
  'a lock gives the row as it is now': [
    [0, 'BEGIN'],
    [0, `UPDATE recipient SET carrier = 'new' WHERE id = 1`],
    [1, 'SELECT carrier FROM recipient WHERE id <= 2 ORDER BY id FOR NO KEY UPDATE'],
    [0, 'COMMIT'],
    [1, 'later'],
  ],
  'locked rows are passed over': [
    [0, 'BEGIN'],
    [0, 'SELECT id FROM recipient WHERE id = 1 FOR NO KEY UPDATE'],
    [1, 'SELECT id FROM recipient ORDER BY id LIMIT 2 FOR NO KEY UPDATE SKIP LOCKED'],
    [0, 'COMMIT'],
  ],
  'shares of a row exclude a change, not each other': [
    [0, 'BEGIN'],
    [0, 'SELECT id FROM recipient WHERE id = 1 FOR SHARE'],
    [1, 'SELECT id FROM recipient WHERE id = 1 FOR SHARE'],
    [1, `UPDATE recipient SET carrier = 'x' WHERE id = 1 RETURNING id`],
    [0, 'COMMIT'],
    [1, 'later'],
  ],
  'a share of a key does not hold up a change': [
    [0, 'BEGIN'],
    [0, 'SELECT id FROM recipient WHERE id = 1 FOR KEY SHARE'],
    [1, `UPDATE recipient SET carrier = 'x' WHERE id = 1 RETURNING id`],
    [0, 'COMMIT'],
  ],
  'who inserts a key that another one is inserting waits for it: it is there': [
    [0, 'BEGIN'],
    [0, HINT('first')],
    [1, `${HINT('second')} ON CONFLICT DO NOTHING RETURNING node_id`],
    [0, 'COMMIT'],
    [1, 'later'],
    [1, 'SELECT node_id FROM hint'],
  ],
  'who inserts a key that another one is inserting waits for it: it is not there': [
    [0, 'BEGIN'],
    [0, HINT('first')],
    [1, `${HINT('second')} ON CONFLICT DO NOTHING RETURNING node_id`],
    [0, 'ROLLBACK'],
    [1, 'later'],
  ],
  'a key that is there is refused': [
    [0, HINT('first')],
    [1, HINT('second')],
    [
      1,
      `${HINT('third')} ON CONFLICT (cohort_id, action_id, pass) DO UPDATE SET marks = hint.marks + 1 RETURNING node_id, marks`,
    ],
  ],
  'a shared advisory lock excludes an exclusive one until the commit': [
    [0, 'BEGIN'],
    [0, `SELECT 1 AS taken FROM (SELECT pg_advisory_xact_lock_shared(1)) AS lock`],
    [1, `SELECT 1 AS taken FROM (SELECT pg_advisory_xact_lock_shared(1)) AS lock`],
    [1, `SELECT 1 AS taken FROM (SELECT pg_advisory_xact_lock(1)) AS lock`],
    [0, 'COMMIT'],
    [1, 'later'],
  ],
  'a failed statement spoils its transaction': [
    [0, 'BEGIN'],
    [0, `UPDATE recipient SET carrier = 'a' WHERE id = 1`],
    [0, HINT('first')],
    [0, HINT('second')],
    [0, 'SELECT carrier FROM recipient WHERE id = 1'],
    [0, 'COMMIT'],
    [0, 'SELECT carrier FROM recipient WHERE id = 1'],
  ],
};

async function play(sessions: Sessions, lines: readonly Line[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [session, sql] of lines) {
    outcomes.push(sql === 'later' ? await sessions.later(session) : await sessions.run(session, sql));
  }
  await sessions.close();
  return outcomes;
}

async function inPostgres(lines: readonly Line[]): Promise<readonly Outcome[]> {
  await database.pool.query('TRUNCATE recipient, hint');
  await database.pool.query(ROWS);
  return play(await postgresSessions(database.pool, 2), lines);
}

async function inSimulation(lines: readonly Line[]): Promise<readonly Outcome[]> {
  const store = new Store(new Map([...schema.keys()].map((name) => [name, []])));
  await immediatePool(store, statements).query(ROWS);
  return play(simulatedSessions(store, statements, 2), lines);
}

describe('the simulated database locks, waits and sees as PostgreSQL does:', () => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    const lines = CASES[name] ?? [];
    const expected = await inPostgres(lines);
    expect(await inSimulation(lines)).toEqual(expected);
    // A case in which nothing comes back proves nothing.
    expect(expected.some((outcome) => outcome === WAITS || outcome.length > 0)).toBe(true);
  });
});
