import { consentingCustomers, launchRun } from '../support/launched-run.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a project that a demo left in mode simulator', () => {
  it('calls nobody but test numbers once the provider is a real one', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(3) });
    const scripted = scriptedDependencies(database.pool);
    scripted.isLocal = false;
    expect(await submitAll(scripted, run)).toMatchObject({
      outcomes: [{ outcome: 'suppressed', reason: 'not_in_allow_list', members: '07' }],
    });
    expect(scripted.called).toEqual([]);
    scripted.deps.renderPool.close();
  });
});
