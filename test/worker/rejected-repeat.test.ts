import { armHint, takeDueHints } from '../../database/hints.ts';
import { takeMessagesInDoubt } from '../../database/messages-in-doubt.ts';
import { readIntegration } from '../../database/read-integration.ts';
import { repeatMessage } from '../../worker/repeat.ts';
import { consentingCustomers, launchRun } from '../support/launched-run.ts';
import { claim, inDoubt, ledgerOf, record, rejected } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a message in doubt that is offered again and refused', () => {
  it('has ended, and its cohort is told so: it need not wait for a receipt until the deadline', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    const { token, claimed } = await claim(run);
    await record(
      run,
      token,
      claimed.map(({ id }) => inDoubt(id)),
      { firstLookUpMs: 0 },
    );
    await armHint(database.pool, {
      ...run.cohort,
      actionId: 1,
      pass: 1,
      nodeId: 'send',
      early: false,
      firstMs: 1_000,
    });
    const [message] = await takeMessagesInDoubt(database.pool, 1, 60_000);
    const integration = await readIntegration(database.pool, run.integrationId);
    if (!message || !integration) throw new Error('There is nothing to repeat.');

    const scripted = scriptedDependencies(database.pool, 0);
    scripted.answer = rejected;
    expect(await repeatMessage(scripted.deps, integration, message, Date.now() + 60_000)).toEqual({
      kind: 'made',
    });
    expect(await ledgerOf(run)).toMatchObject([{ state: 'rejected', ended_at: expect.any(Date) as Date }]);
    expect(await takeDueHints(database.pool, 10, 1_000)).toMatchObject([{ complete: true, ended: [0] }]);
  });
});
