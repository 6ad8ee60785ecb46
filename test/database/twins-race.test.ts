import { consentingCustomers, launchRun, newPhone } from '../support/launched-run.ts';
import type { LaunchedRun, Member } from '../support/launched-run.ts';
import { latch } from '../support/latch.ts';
import { claim } from '../support/ledger.ts';
import { patiently } from '../support/patiently.ts';
import { slowDownClaims } from '../support/slow-claims.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { warm } from '../support/warm-pool.ts';

const RUNS = 20;
const NUMBERS = 20;
/** Customers on each number. */
const TWINS = 3;
const PER_CLAIM = 5;
const CONNECTIONS = 24;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase(CONNECTIONS);
  await slowDownClaims(database.pool);
});
afterAll(() => database.drop());

interface Twin {
  readonly number: number;
  readonly member: Member;
}

/** The customers of a run, each beside its twins: the first of every number, the second, the third. */
function twinsOf(run: LaunchedRun): readonly (readonly Twin[])[] {
  const phones = [...new Set(run.members.map(({ phone }) => phone))].sort();
  const households = phones.map((phone) => run.members.filter((member) => member.phone === phone));
  return Array.from({ length: TWINS }, (_, which) =>
    households.flatMap((household, number) => {
      const member = household[which];
      return member ? [{ number, member }] : [];
    }),
  );
}

it('twins who are claimed apart and all at once get one message a number and run, whoever is the first', async () => {
  const customers = Array.from({ length: NUMBERS }, () =>
    consentingCustomers(TWINS, { phone: newPhone() }),
  ).flat();
  const runs: LaunchedRun[] = [];
  for (let i = 0; i < RUNS; i += 1) runs.push(await launchRun(database.pool, { customers }));
  await warm(database.pool);

  const start = latch();
  let overtaken = 0;
  const claims = runs.flatMap((run) => {
    const twins = twinsOf(run);
    return Array.from({ length: NUMBERS / PER_CLAIM }, (_, slice) =>
      twins.map(async (row, which) => {
        const members = row.slice(slice * PER_CLAIM, (slice + 1) * PER_CLAIM).map(({ member }) => member);
        await start.opened;
        const { claimed, duplicateNumbers } = await patiently(() => claim(run, {}, members));
        expect(claimed.length + duplicateNumbers.length).toBe(PER_CLAIM);
        if (which > 0) overtaken += claimed.length;
      }),
    ).flat();
  });
  start.open();
  await Promise.all(claims);

  const { rows } = await database.pool.query<{ messages: number; keys: number }>(
    `SELECT count(*)::int AS messages, count(DISTINCT (run_id, recipient_id))::int AS keys FROM message`,
  );
  expect(rows).toEqual([{ messages: RUNS * NUMBERS, keys: RUNS * NUMBERS }]);
  // Otherwise there was no race: the first twins are always sent off first.
  expect(overtaken).toBeGreaterThan(0);
}, 60_000);
