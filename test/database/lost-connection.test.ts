import { migrate } from '../../database/migrate.ts';
import { createPool, longQuery, type Connection, type Pool } from '../../database/pool.ts';
import { isConnectionFailure } from '../../database/postgres-error.ts';
import { inTransaction } from '../../database/transaction.ts';
import { eventually } from '../support/eventually.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(() => {
  pool = createPool({ url: database.url, name: 'victim', connections: 1, queryMs: 400 });
});
afterEach(() => pool.end());

async function pidOf(connection: Connection | Pool): Promise<number> {
  const { rows } = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid ?? 0;
}

/** Ends the victim's session, and waits until it is gone. */
async function terminate(condition: string): Promise<void> {
  await eventually(async () => {
    const { rowCount } = await database.pool.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
       WHERE application_name = 'tidings victim' AND ${condition}`,
    );
    return rowCount ? true : undefined;
  });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a connection that is lost in a transaction', () => {
  it('between two statements fails the next one, and nothing else', async () => {
    const failure = await failureOf(
      inTransaction(pool, async (connection) => {
        await connection.query('SELECT 1');
        const gone = new Promise((resolve) => connection.once('end', resolve));
        await terminate(`state = 'idle in transaction'`);
        await gone;
        await connection.query('SELECT 1');
      }),
    );
    expect(isConnectionFailure(failure)).toBe(true);
    expect(await pidOf(pool)).toBeGreaterThan(0);
  });

  it('during a statement fails that one, and nothing else', async () => {
    const working = failureOf(
      inTransaction(pool, (connection) => connection.query(longQuery('SELECT pg_sleep(30)'))),
    );
    await terminate(`wait_event = 'PgSleep'`);
    expect(isConnectionFailure(await working)).toBe(true);
    expect(await pidOf(pool)).toBeGreaterThan(0);
  });

  it('during a migration fails the migration, and nothing else', async () => {
    const others = await HeldLocks.take(
      database.pool,
      `SELECT pg_advisory_lock(hashtextextended('tidings migrations', 0))`,
    );
    const migrating = failureOf(migrate(pool));
    await others.isWaitedFor();
    await terminate(`wait_event = 'advisory'`);
    expect(isConnectionFailure(await migrating)).toBe(true);
    await others.connection.query('SELECT pg_advisory_unlock_all()');
    await others.letGo();
  });
});

describe('a statement without an answer', () => {
  it('is given up, and its connection with it', async () => {
    const before = await pidOf(pool);
    expect(isConnectionFailure(await failureOf(pool.query('SELECT pg_sleep(30)')))).toBe(true);
    expect(await pidOf(pool)).not.toBe(before);
  });

  it('is given up in a transaction as well, without another statement on the same connection', async () => {
    let before = 0;
    const started = performance.now();
    const failure = await failureOf(
      inTransaction(pool, async (connection) => {
        before = await pidOf(connection);
        await connection.query('SELECT pg_sleep(30)');
      }),
    );
    expect(isConnectionFailure(failure)).toBe(true);
    expect(performance.now() - started).toBeLessThan(750);
    expect(await pidOf(pool)).not.toBe(before);
  });

  it('is waited for where it may take long', async () => {
    await pool.query(longQuery('SELECT pg_sleep($1)', [0.8]));
    expect(await inTransaction(pool, (connection) => pidOf(connection))).toBeGreaterThan(0);
  });
});
