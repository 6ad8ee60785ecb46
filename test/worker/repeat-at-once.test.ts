import { setTimeout as pause } from 'node:timers/promises';
import { lookUpMessages } from '../../worker/look-up.ts';
import { consentingCustomers, launchRun } from '../support/launched-run.ts';
import { accepted, claim, inDoubt, ledgerOf, record } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const A_TURN = 50;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('what is in doubt after a crash is repeated fifty at a time, so that a slow provider does not hold up the end of a run', async () => {
  const scripted = scriptedDependencies(database.pool, 0);
  const run = await launchRun(database.pool, { customers: consentingCustomers(A_TURN) });
  const { token, claimed } = await claim(run);
  await record(
    run,
    token,
    claimed.map(({ id }) => inDoubt(id)),
  );
  await database.pool.query('UPDATE message SET looks = 1, look_at = now() WHERE run_id = $1', [run.runId]);
  let underWay = 0;
  let most = 0;
  const gathered = new AbortController();
  scripted.answerCall = async (messages) => {
    underWay += 1;
    most = Math.max(most, underWay);
    if (most === A_TURN) gathered.abort();
    // Answers once all calls are there; one that stays alone is not waited for longer than this.
    await pause(3_000, undefined, { signal: gathered.signal }).catch(() => undefined);
    underWay -= 1;
    return messages.map(({ id }) => accepted(id));
  };
  await lookUpMessages(scripted.deps);
  expect(most).toBe(A_TURN);
  expect((await ledgerOf(run)).filter(({ state }) => state === 'accepted')).toHaveLength(A_TURN);
});
