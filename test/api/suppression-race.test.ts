import { setTimeout as pause } from 'node:timers/promises';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { latch } from '../support/latch.ts';
import { claim } from '../support/ledger.ts';
import { TestStack } from '../support/test-stack.ts';
import { warm } from '../support/warm-pool.ts';

const ROUNDS = 12;
const MEMBERS = 12;
/** A claim takes longer than this, and an answer of the API about as long. */
const STEP_MS = 5;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  const { pool } = stack.database;
  await warm(pool);
  await Promise.all(Array.from({ length: MEMBERS }, () => stack.api.call('GET', '/v1/suppressions')));
  await pool.query(`
    CREATE FUNCTION slow_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NULL; END $$;
    CREATE TRIGGER slow_down BEFORE INSERT ON message FOR EACH STATEMENT EXECUTE FUNCTION slow_down();
    ALTER TABLE message ALTER COLUMN claimed_at TYPE timestamptz(6);
    ALTER TABLE recipient ALTER COLUMN opted_out_at TYPE timestamptz(6)`);
});
afterAll(() => stack.stop());

/** One STOP a member against claims of three members each. @returns the instant of each answer, by recipient */
async function race(run: LaunchedRun, round: number): Promise<ReadonlyMap<string, number>> {
  const answered = new Map<string, number>();
  // In the first round a claim is surely faster than some STOP, in the last one a STOP than some claim.
  const claimed = latch();
  const stopped = latch();
  const claims = [0, 3, 6, 9].map(async (from) => {
    await (round === ROUNDS - 1 ? stopped.opened : pause((round % 4) * STEP_MS));
    await claim(run, {}, run.members.slice(from, from + 3));
    claimed.open();
  });
  const stops = run.members.map(async ({ phone, recipientId }, index) => {
    await (round === 0 ? claimed.opened : pause((index % 4) * STEP_MS));
    const { status } = await stack.api.call('POST', '/v1/suppressions', { phone });
    if (status === 201) answered.set(recipientId, Date.now());
    stopped.open();
  });
  await Promise.all([...claims, ...stops]);
  return answered;
}

it('a STOP that the API has answered is behind every claim: none is committed after it', async () => {
  const { pool } = stack.database;
  const runs: LaunchedRun[] = [];
  for (let i = 0; i < ROUNDS; i += 1)
    runs.push(await launchRun(pool, { customers: consentingCustomers(MEMBERS) }));
  const answered = new Map<string, number>();
  for (const [round, run] of runs.entries())
    for (const [recipientId, at] of await race(run, round)) answered.set(recipientId, at);
  expect(answered.size).toBe(ROUNDS * MEMBERS);

  // Both instants were taken while the recipient's row was locked: their order is that of the commits.
  const { rows } = await pool.query<{
    recipient_id: string;
    sent: boolean;
    late: boolean;
    claimed_at: Date | null;
  }>(
    `SELECT recipient.id AS recipient_id, message.id IS NOT NULL AS sent, claimed_at,
            coalesce(message.claimed_at >= recipient.opted_out_at, false) AS late
     FROM recipient LEFT JOIN message ON message.recipient_id = recipient.id`,
  );
  expect(rows.filter(({ late }) => late)).toEqual([]);
  const afterAnswer = rows.filter(
    ({ recipient_id, claimed_at }) => claimed_at && claimed_at.getTime() > (answered.get(recipient_id) ?? 0),
  );
  expect(afterAnswer).toEqual([]);
  // Otherwise there was no race.
  expect(rows.filter(({ sent }) => sent).length).toBeGreaterThan(0);
  expect(rows.filter(({ sent }) => !sent).length).toBeGreaterThan(0);
});
