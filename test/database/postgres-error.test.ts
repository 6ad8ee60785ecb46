import net from 'node:net';
import { createPool, type Pool } from '../../database/pool.ts';
import { isConnectionFailure, isLockFailure, isUniqueViolation } from '../../database/postgres-error.ts';
import { createPrisma } from '../../database/prisma.ts';
import { eventually } from '../support/eventually.ts';
import { freePort } from '../support/temporal-server.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let pool: Pool;

beforeAll(async () => {
  database = await createTestDatabase();
  pool = createPool({ url: database.url, name: 'victim', connections: 1 });
});
afterAll(async () => {
  await pool.end();
  await database.drop();
});

const READS: readonly (readonly [string, (from: Pool) => Promise<unknown>])[] = [
  ['pg', (from) => from.query('SELECT FROM project')],
  ['Prisma', (from) => createPrisma(from).project.findMany()],
];

/** Runs `work` while nobody else can read the projects. */
async function whileLocked<T>(work: () => Promise<T>): Promise<T> {
  const connection = await database.pool.connect();
  try {
    await connection.query('BEGIN; LOCK TABLE project IN ACCESS EXCLUSIVE MODE');
    return await work();
  } finally {
    await connection.query('ROLLBACK');
    connection.release();
  }
}

function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe.each(READS)('a failure of %s is known as one of the connection', (_name, read) => {
  it('when nothing listens', async () => {
    const away = createPool({ url: `postgresql://nobody@127.0.0.1:${await freePort()}/none`, name: 'away' });
    expect(isConnectionFailure(await failureOf(read(away)))).toBe(true);
    await away.end();
  });

  it('when the server hangs up', async () => {
    const server = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    const address = server.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const away = createPool({ url: `postgresql://nobody@127.0.0.1:${port}/none`, name: 'away' });
    expect(isConnectionFailure(await failureOf(read(away)))).toBe(true);
    await away.end();
    server.close();
  });

  it('when an administrator ends the session', async () => {
    const failure = await whileLocked(async () => {
      const reading = failureOf(read(pool));
      await eventually(async () => {
        const { rowCount } = await database.pool.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE application_name = 'tidings victim' AND wait_event_type = 'Lock'`,
        );
        return rowCount ? true : undefined;
      });
      return reading;
    });
    expect(isConnectionFailure(failure)).toBe(true);
  });

  it('when no answer comes in time', async () => {
    const impatient = createPool({ url: database.url, name: 'impatient', connections: 1, queryMs: 300 });
    const failure = await whileLocked(() => failureOf(read(impatient)));
    expect(isConnectionFailure(failure)).toBe(true);
    await impatient.end();
  });

  it('but not when it only waited for a lock in vain', async () => {
    const failure = await whileLocked(() => failureOf(read(pool)));
    expect([isConnectionFailure(failure), isLockFailure(failure)]).toEqual([false, true]);
  });
});

it('a failure that is the fault of the statement is none of them', async () => {
  for (const error of [await failureOf(pool.query('SELECT nonsense')), new Error('no'), undefined, 'text'])
    expect([isConnectionFailure(error), isLockFailure(error), isUniqueViolation(error)]).not.toContain(true);
});
