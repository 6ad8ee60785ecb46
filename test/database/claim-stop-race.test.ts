import { phoneHash } from '../../database/phone-hash.ts';
import { suppressNumber } from '../../database/suppressions.ts';
import { inTransaction } from '../../database/transaction.ts';
import { consentingCustomers, launchRun, PHONE_KEY } from '../support/launched-run.ts';
import type { LaunchedRun, Member } from '../support/launched-run.ts';
import { latch } from '../support/latch.ts';
import { claim } from '../support/ledger.ts';
import { patiently } from '../support/patiently.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { warm } from '../support/warm-pool.ts';

const RUNS = 30;
const MEMBERS = 16;
const PER_CLAIM = 4;
const CONNECTIONS = 24;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(CONNECTIONS);
  // Instants to the microsecond; and some time between the look at the recipient and the row of the ledger, so that
  // a look without a lock would be out of date.
  await database.pool.query(`
    CREATE FUNCTION slow_down() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.01); RETURN NULL; END $$;
    CREATE TRIGGER slow_down BEFORE INSERT ON message FOR EACH STATEMENT EXECUTE FUNCTION slow_down();
    ALTER TABLE message ALTER COLUMN claimed_at TYPE timestamptz(6);
    ALTER TABLE recipient ALTER COLUMN opted_out_at TYPE timestamptz(6)`);
});
afterAll(() => database.drop());

/** Takes down how many a claim got, and how many it would have got if one thing had come after the other. */
type Tell = (claimed: number, inOrder: number) => void;

/** The STOP of a number, as the API takes it down. */
async function stop({ pool, projectId }: LaunchedRun, { phone }: Member): Promise<void> {
  const said = { country: null, lineType: null, reason: null, source: 'api', actor: 'test' };
  const optOut = { projectId, phoneHash: phoneHash(PHONE_KEY, phone), ...said };
  await patiently(() => inTransaction(pool, (connection) => suppressNumber(connection, optOut)));
}

/** A claim of four members among a STOP for each of them, in the order in which they are sent off. */
function stepsOf(run: LaunchedRun, from: number, tell: Tell): readonly (() => Promise<void>)[] {
  const members = run.members.slice(from, from + PER_CLAIM);
  const stops = members.map((member) => () => stop(run, member));
  const before = (from / PER_CLAIM) % stops.length;
  const claiming = async (): Promise<void> => {
    const { claimed } = await patiently(() => claim(run, {}, members));
    tell(claimed.length, PER_CLAIM - before);
  };
  return [...stops.slice(0, before), claiming, ...stops.slice(before)];
}

it('a STOP that comes in during a send keeps every later message in: no claim is committed after it', async () => {
  const runs: LaunchedRun[] = [];
  for (let i = 0; i < RUNS; i += 1)
    runs.push(await launchRun(database.pool, { customers: consentingCustomers(MEMBERS) }));
  await warm(database.pool);

  // Everything waits for the word; then it is done at once, as far as connections go.
  const start = latch();
  const steps: Promise<void>[] = [];
  let outOfOrder = 0;
  const tell: Tell = (claimed, inOrder) => (outOfOrder += claimed === inOrder ? 0 : 1);
  for (let from = 0; from < MEMBERS; from += PER_CLAIM)
    for (const run of runs) steps.push(...stepsOf(run, from, tell).map((step) => start.opened.then(step)));
  start.open();
  await Promise.all(steps);

  // Both instants were taken while the recipient's row was locked: their order is that of the commits.
  const { rows } = await database.pool.query<{ stopped: number; late: number }>(
    `SELECT count(opted_out_at)::int AS stopped,
            count(*) FILTER (WHERE message.claimed_at >= recipient.opted_out_at)::int AS late
     FROM recipient LEFT JOIN message ON message.recipient_id = recipient.id`,
  );
  expect(rows).toEqual([{ stopped: RUNS * MEMBERS, late: 0 }]);
  // Otherwise there was no race.
  expect(outOfOrder).toBeGreaterThan(0);
}, 60_000);
