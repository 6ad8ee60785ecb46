import type { Pool } from '../../database/pool.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { warm } from '../support/warm-pool.ts';

const ROUNDS = 30;
const MEMBERS = 16;
const CONNECTIONS = 24;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(CONNECTIONS);
  await warm(database.pool);
  // Instants to the microsecond; and some time between the look at the recipient and the row of the ledger, so that
  // a look without a lock would be out of date.
  await database.pool.query(`
    CREATE FUNCTION slow_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NULL; END $$;
    CREATE TRIGGER slow_down BEFORE INSERT ON message FOR EACH STATEMENT EXECUTE FUNCTION slow_down();
    ALTER TABLE message ALTER COLUMN claimed_at TYPE timestamptz(6);
    ALTER TABLE recipient ALTER COLUMN opted_out_at TYPE timestamptz(6)`);
});
afterAll(() => database.drop());

/** A STOP takes the recipient's row before it changes it, as everything does that changes who may be written to. */
async function stop(pool: Pool, recipientId: string): Promise<void> {
  const connection = await pool.connect();
  try {
    await connection.query('BEGIN');
    await connection.query('SELECT id FROM recipient WHERE id = $1 FOR NO KEY UPDATE', [recipientId]);
    await connection.query('UPDATE recipient SET opted_out_at = clock_timestamp() WHERE id = $1', [
      recipientId,
    ]);
    await connection.query('COMMIT');
  } finally {
    connection.release();
  }
}

const pause = (ms: number): Promise<unknown> => database.pool.query('SELECT pg_sleep($1)', [ms / 1_000]);

/** One STOP a member, all at once, against claims of four members each; the head start goes from one to the other. */
async function race(run: LaunchedRun, round: number): Promise<void> {
  const headStartMs = (round % 5) * 4 - 8;
  const claims = [0, 4, 8, 12].map(async (from) => {
    if (headStartMs < 0) await pause(-headStartMs);
    return claim(run, {}, run.members.slice(from, from + 4));
  });
  const stops = run.members.map(async ({ recipientId }) => {
    if (headStartMs > 0) await pause(headStartMs);
    await stop(run.pool, recipientId);
  });
  await Promise.all([...claims, ...stops]);
}

describe('a STOP that comes in during a send', () => {
  it('keeps every later message in: no claim is committed after it', async () => {
    const runs: LaunchedRun[] = [];
    for (let i = 0; i < ROUNDS; i += 1) {
      runs.push(await launchRun(database.pool, { customers: consentingCustomers(MEMBERS) }));
    }
    for (const [round, run] of runs.entries()) await race(run, round);
    // Both instants were taken while the recipient's row was locked: their order is that of the commits.
    const { rows } = await database.pool.query<{ sent: number; kept_in: number; late: number }>(
      `SELECT count(message.id)::int AS sent, count(*) FILTER (WHERE message.id IS NULL)::int AS kept_in,
              count(*) FILTER (WHERE message.claimed_at >= recipient.opted_out_at)::int AS late
       FROM recipient LEFT JOIN message ON message.recipient_id = recipient.id`,
    );
    const [result] = rows;
    expect(result?.late).toBe(0);
    expect((result?.sent ?? 0) + (result?.kept_in ?? 0)).toBe(ROUNDS * MEMBERS);
    // Otherwise there was no race.
    expect(result?.sent).toBeGreaterThan(0);
    expect(result?.kept_in).toBeGreaterThan(0);
  });
});
