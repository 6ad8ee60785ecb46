import { eraseCustomer } from '../../database/customers/erase-customer.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import { matchMembers } from '../../database/match-members.ts';
import { readCustomers } from '../../database/read-customers.ts';
import { consentingCustomers, launchRun, PHONE_KEY, type LaunchedRun } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase(3);
  run = await launchRun(database.pool, {
    customers: consentingCustomers(4, { attributes: { tier: 'silver' } }),
  });
});
afterAll(() => database.drop());

const GOLD = { attribute: 'tier', op: 'eq', value: 'gold' } as const;

function setTier(memberIndex: number, tier: string): Promise<unknown> {
  const externalId = run.members[memberIndex]?.externalId ?? '';
  const records = [{ externalId, attributes: { tier }, consents: {} }];
  return importCustomers(database.pool, { projectId: run.projectId, phoneKey: PHONE_KEY, records });
}

describe('a condition', () => {
  it('reads attributes as they are now, of the members it is asked about only', async () => {
    expect(await matchMembers(database.pool, run.cohort, [0, 1, 2, 3], GOLD)).toEqual([]);
    await setTier(1, 'gold');
    await setTier(3, 'gold');
    expect((await matchMembers(database.pool, run.cohort, [0, 1, 2, 3], GOLD)).toSorted()).toEqual([1, 3]);
    expect(await matchMembers(database.pool, run.cohort, [0, 1], GOLD)).toEqual([1]);
    expect(await matchMembers(database.pool, run.cohort, [], GOLD)).toEqual([]);
  });

  it('matches no customer who was erased, even by what is missing', async () => {
    await eraseCustomer(database.pool, run.projectId, run.members[0]?.customerId ?? '');
    const missing = { attribute: 'nothing', op: 'exists', value: false } as const;
    expect((await matchMembers(database.pool, run.cohort, [0, 1, 2, 3], missing)).toSorted()).toEqual([
      1, 2, 3,
    ]);
  });
});

describe('what a template reads of a customer', () => {
  it('is the own attributes with externalId, language and timezone over them, and never the number', async () => {
    const [customer] = await readCustomers(database.pool, run.cohort, [2]);
    expect(customer).toMatchObject({
      memberIndex: 2,
      attributes: { tier: 'silver', externalId: run.members[2]?.externalId, language: null, timezone: null },
    });
    expect(JSON.stringify(customer)).not.toContain(run.members[2]?.phone);
  });
});
