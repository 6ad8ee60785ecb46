import { OutcomeRecorder } from '../../activities/message/outcome-recorder.ts';
import { timingsOf } from '../../config/timings.ts';
import { createPool } from '../../database/pool.ts';
import { recordOutcomes } from '../../database/record-outcomes.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { consentingCustomers, launchRun } from '../support/launched-run.ts';
import { accepted, callOf, claim, eventsOf, ledgerOf, RECORD_SCOPE } from '../support/ledger.ts';
import { freePort } from '../support/temporal-server.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('an outcome that can not be written is given up when its time is over: the message is left to its grace', async () => {
  const run = await launchRun(database.pool);
  const { token, claimed } = await claim(run);
  const dead = createPool({ url: `postgresql://nobody@127.0.0.1:${await freePort()}/none`, name: 'dead' });
  const timings = { ...timingsOf('test'), recordMs: 300 };
  const recorder = new OutcomeRecorder(dead, timings, () => undefined);
  const recording = recorder.record(
    run.month,
    callOf(
      token,
      claimed.map(({ id }) => accepted(id)),
      run,
    ),
  );
  await expect(recording).rejects.toThrow(/ECONNREFUSED/);
  await dead.end();
  expect(new Set((await ledgerOf(run)).map(({ state }) => state))).toEqual(new Set(['submitting']));
}, 10_000);

describe('outcomes of many calls that are recorded together', () => {
  it('are recorded once, also where the commit of one of them was not heard of', async () => {
    const run = await launchRun(database.pool);
    const { token, claimed } = await claim(run);
    const [first, ...others] = claimed.map(({ id }) => callOf(token, [accepted(id)], run));
    if (!first) throw new Error('There are some.');
    await recordOutcomes(database.pool, { ...RECORD_SCOPE, month: run.month }, [first]);
    const recorder = new OutcomeRecorder(database.pool, timingsOf('test'), () => undefined);
    await Promise.all([first, ...others].map((call) => recorder.record(run.month, call)));
    expect((await ledgerOf(run)).map(({ state }) => state)).toEqual(claimed.map(() => 'accepted'));
    expect(await eventsOf(run)).toHaveLength(claimed.length);
    const { rows } = await database.pool.query('SELECT id FROM submission WHERE claim_token = $1', [token]);
    expect(rows).toHaveLength(claimed.length);
  });

  it('are recorded but for the one that can not be', async () => {
    const run = await launchRun(database.pool);
    const { token, claimed } = await claim(run);
    const calls = claimed.map(({ id }) => callOf(token, [accepted(id)], run));
    const odd = {
      ...callOf(token, [], run),
      submissionId: 'no id',
      outcomes: [accepted(claimed[1]?.id ?? '')],
    };
    const recorder = new OutcomeRecorder(database.pool, timingsOf('test'), () => undefined);
    const [first, , third] = calls;
    const ends = await Promise.allSettled(
      [first, odd, third].map((call) => recorder.record(run.month, call ?? odd)),
    );
    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    const states = new Map((await ledgerOf(run)).map(({ id, state }) => [id, state]));
    expect(claimed.map(({ id }) => states.get(id))).toEqual(['accepted', 'submitting', 'accepted']);
  });

  it('are recorded but for the one whose message somebody else has locked, which is recorded afterwards', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(4) });
    const { token, claimed } = await claim(run);
    const timings = { ...timingsOf('test'), recordMs: 10_000 };
    const recorder = new OutcomeRecorder(database.pool, timings, () => undefined);
    const recorded = (index: number): Promise<void> =>
      recorder.record(run.month, callOf(token, [accepted(claimed[index]?.id ?? '')], run));
    const other = await HeldLocks.take(database.pool, 'SELECT FROM message WHERE id = $1 FOR NO KEY UPDATE', [
      claimed[1]?.id,
    ]);
    const locked = recorded(1);
    await Promise.all([recorded(0), recorded(2)]);
    // Nor does it hold up what comes in later.
    await recorded(3);
    const statesNow = async (): Promise<unknown> => {
      const states = new Map((await ledgerOf(run)).map(({ id, state }) => [id, state]));
      return claimed.map(({ id }) => states.get(id));
    };
    expect(await statesNow()).toEqual(['accepted', 'submitting', 'accepted', 'accepted']);
    await other.letGo();
    await locked;
    expect(await statesNow()).toEqual(['accepted', 'accepted', 'accepted', 'accepted']);
  });
});
