import { MESSAGE_STATES, type MessageState } from '../../domain/states.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim, record, unsent } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await launchRun(database.pool);
});
afterAll(() => database.drop());

function cap(messages: number | null, window = '30d'): Promise<unknown> {
  return database.pool.query('UPDATE project SET message_cap = $1, cap_window = $2', [
    messages,
    messages === null ? null : window,
  ]);
}

/** Runs over the same customers, one after the other. */
async function runsOf(count: number, customers = consentingCustomers(1)): Promise<LaunchedRun[]> {
  const runs: LaunchedRun[] = [];
  for (let i = 0; i < count; i += 1) runs.push(await launchRun(database.pool, { customers }));
  return runs;
}

async function pair(): Promise<readonly [LaunchedRun, LaunchedRun]> {
  const [first, second] = await runsOf(2);
  if (!first || !second) throw new Error('There are two.');
  return [first, second];
}

/** Whatever has got to the number, may have, or is about to. */
const COUNTED: readonly MessageState[] = [
  'queued',
  'submitting',
  'unknown',
  'unresolved',
  'accepted',
  'dispatched',
  'delivered',
];
const CAPPED = { verdict: { kind: 'suppress', reason: 'capped' } };

describe('a cap on what a number may get', () => {
  it.each(MESSAGE_STATES.map((state) => [state, COUNTED.includes(state)] as const))(
    'looks at a message that is %s: it counts is %s',
    async (state, counts) => {
      await cap(1);
      const [first, second] = await pair();
      await claim(first);
      await database.pool.query('UPDATE message SET state = $2 WHERE run_id = $1', [first.runId, state]);
      const { claimed, refused } = await claim(second);
      expect([claimed.length, refused]).toEqual(counts ? [0, [{ memberIndex: 0, ...CAPPED }]] : [1, []]);
    },
  );

  it('lets as many pass as it says, and any number where there is none', async () => {
    await cap(2);
    const runs = await runsOf(4);
    const counts: number[] = [];
    for (const run of runs.slice(0, 3)) counts.push((await claim(run)).claimed.length);
    await cap(null);
    for (const run of runs.slice(3)) counts.push((await claim(run)).claimed.length);
    expect(counts).toEqual([1, 1, 0, 1]);
  });

  it('forgets what is older than its window', async () => {
    await cap(1, '2h');
    const [first, second] = await pair();
    await claim(first);
    const age = (minutes: number): Promise<unknown> =>
      database.pool.query(
        'UPDATE message SET claimed_at = now() - make_interval(mins => $2) WHERE run_id = $1',
        [first.runId, minutes],
      );
    await age(119);
    expect((await claim(second)).refused).toMatchObject([CAPPED]);
    await age(121);
    expect((await claim(second)).claimed).toHaveLength(1);
  });

  it('neither counts nor keeps in what is transactional', async () => {
    await cap(1);
    const [first, second] = await pair();
    const categoryId = first.categoryIds['transactional'] ?? '';
    const scope = { categoryId, consentClass: 'transactional' } as const;
    expect((await claim(first, scope)).claimed).toHaveLength(1);
    expect((await claim(second)).claimed).toHaveLength(1);
    expect((await claim(first, { ...scope, actionId: 2 })).claimed).toHaveLength(1);
  });

  it('does not keep a message in that waits to be offered again: it has its place', async () => {
    await cap(1);
    const [run] = await pair();
    const { token, claimed } = await claim(run);
    await record(
      run,
      token,
      claimed.map(({ id }) => unsent(id, 0)),
    );
    expect((await claim(run)).claimed).toHaveLength(1);
  });

  it('counts the messages of one run at other nodes and passes', async () => {
    await cap(2);
    const [run] = await pair();
    const counts = [
      await claim(run),
      await claim(run, { pass: 2 }),
      await claim(run, { actionId: 2 }),
      await claim(run, { pass: 3 }),
    ].map(({ claimed }) => claimed.length);
    expect(counts).toEqual([1, 1, 0, 0]);
  });
});

describe('customers on one number', () => {
  const twins = async (): Promise<LaunchedRun> => {
    const [first] = consentingCustomers(1);
    return launchRun(database.pool, {
      customers: [...(first ? [first] : []), ...consentingCustomers(2, { phone: first?.phone ?? null })],
    });
  };

  it('get one message of a launch; the others are told of the household, not of the cap', async () => {
    await cap(1);
    const run = await twins();
    const { claimed, refused, duplicateNumbers } = await claim(run);
    expect([claimed.length, refused.length, duplicateNumbers.length]).toEqual([1, 0, 2]);
    const again = await claim(run);
    expect([again.claimed.length, again.refused.length]).toEqual([0, 0]);
  });

  it('get no more than the cap of what each is entered for by itself', async () => {
    await cap(2);
    const run = await twins();
    await database.pool.query('UPDATE entry SET occasion = NULL WHERE run_id = $1', [run.runId]);
    const { claimed, refused } = await claim(run);
    expect(claimed).toHaveLength(2);
    expect(refused).toMatchObject([CAPPED]);
  });
});
