import { importCustomers } from '../../database/customers/import-customers.ts';
import { isLockFailure } from '../../database/postgres-error.ts';
import { eventually } from '../support/eventually.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { consentingCustomers, GRANTED, launchRun, PHONE_KEY } from '../support/launched-run.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { claim, ledgerOf } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const MEMBERS = 8;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A run whose recipients lie in the table the other way round than they are to be locked. */
async function runTheWrongWayRound(): Promise<{
  run: LaunchedRun;
  recipientIds: readonly string[];
}> {
  const run = await launchRun(database.pool, { customers: consentingCustomers(MEMBERS) });
  const recipientIds = run.members
    .map(({ recipientId }) => recipientId)
    .sort((a, b) => Number(BigInt(a) - BigInt(b)));
  for (const id of [...recipientIds].reverse())
    await database.pool.query('UPDATE recipient SET opted_out_via = NULL WHERE id = $1', [id]);
  return { run, recipientIds };
}

const RECIPIENT = 'SELECT FROM recipient WHERE id = $1 FOR NO KEY UPDATE';
const RUN = `SELECT pg_advisory_xact_lock(hashtextextended('run ' || $1, 0))`;

/** How many of the recipients can be had at once. */
async function freeRecipients(held: HeldLocks, ids: readonly string[]): Promise<number | null> {
  const { rowCount } = await held.connection.query(
    'SELECT FROM recipient WHERE id = ANY ($1::bigint[]) FOR NO KEY UPDATE NOWAIT',
    [ids],
  );
  return rowCount;
}

describe('recipients are locked by their id, as everybody locks them', () => {
  it.each<[string, (run: LaunchedRun) => Promise<unknown>]>([
    ['a claim', (run) => claim(run)],
    [
      'an import that revokes consents',
      (run) =>
        importCustomers(run.pool, {
          projectId: run.projectId,
          phoneKey: PHONE_KEY,
          records: run.members.map(({ externalId, phone }) => ({
            externalId,
            phone,
            attributes: {},
            consents: { marketing: { ...GRANTED, granted: false, saidAt: Date.now() } },
          })),
        }),
    ],
  ])('by %s', async (_name, work) => {
    const { run, recipientIds } = await runTheWrongWayRound();
    let ended: Promise<unknown> = Promise.resolve();
    await HeldLocks.during(database.pool, RECIPIENT, [recipientIds[0]], async (first) => {
      ended = Promise.allSettled([work(run)]);
      await first.isWaitedFor();
      // Whoever waits for the first has none of the others.
      expect(await freeRecipients(first, recipientIds)).toBe(MEMBERS);
    });
    await ended;
  });
});

describe('a claim', () => {
  it('that waits for a change of its run keeps no recipient from anybody', async () => {
    const { run, recipientIds } = await runTheWrongWayRound();
    let ended: Promise<unknown> = Promise.resolve();
    await HeldLocks.during(database.pool, RUN, [run.runId], async (change) => {
      ended = Promise.allSettled([claim(run)]);
      await change.isWaitedFor();
      expect(await freeRecipients(change, recipientIds)).toBe(MEMBERS);
    });
    await ended;
  });

  it('does not wait for ever for a recipient: it is given up, and nothing is claimed', async () => {
    const { run, recipientIds } = await runTheWrongWayRound();
    await HeldLocks.during(database.pool, RECIPIENT, [recipientIds[3]], async () => {
      let error: unknown;
      void claim(run).catch((thrown: unknown) => (error = thrown));
      await eventually(() => isLockFailure(error), 10_000);
    });
    expect(await ledgerOf(run)).toEqual([]);
  });
});
