import { jest } from '@jest/globals';
import { lookUpMessages } from '../../worker/look-up.ts';
import { consentingCustomers, launchRun } from '../support/launched-run.ts';
import { claim, inDoubt, ledgerOf, record } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('a message that nobody can say anything of is told to operators by the log, once', async () => {
  const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
  const { token, claimed } = await claim(run);
  const [id = ''] = claimed.map((message) => message.id);
  await record(run, token, [inDoubt(id)], { firstLookUpMs: 0 });
  const { deps } = scriptedDependencies(database.pool, 0, { lookUpMs: [1] });
  const told = jest.spyOn(deps.log, 'error');

  await lookUpMessages(deps);
  await lookUpMessages(deps);
  expect(await ledgerOf(run)).toMatchObject([{ state: 'unresolved' }]);
  expect(told.mock.calls).toEqual([
    [{ message: id, run: run.runId }, expect.stringContaining('an operator must decide')],
  ]);
});
