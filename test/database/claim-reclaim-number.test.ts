import { randomUUID } from 'node:crypto';
import { claimMessages } from '../../database/claim-messages.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import {
  candidatesOf,
  claimScope,
  consentingCustomers,
  GRANTED,
  launchRun,
  newPhone,
  PHONE_KEY,
} from '../support/launched-run.ts';
import { claim, ledgerOf, record, unsent } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('a message that waits while its customer gets another number', () => {
  it('is recorded under the number that is called in the end', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    const first = await claim(run);
    await record(
      run,
      first.token,
      first.claimed.map(({ id }) => unsent(id)),
    );

    const phone = newPhone();
    const consents = { marketing: { ...GRANTED, saidAt: Date.now() } };
    const records = [{ externalId: run.members[0]?.externalId ?? '', phone, attributes: {}, consents }];
    await importCustomers(database.pool, { projectId: run.projectId, phoneKey: PHONE_KEY, records });
    const { rows } = await database.pool.query<{ recipient_id: string }>(
      'SELECT recipient_id FROM customer WHERE phone = $1',
      [phone],
    );
    const recipientId = rows[0]?.recipient_id ?? '';
    const candidates = candidatesOf(run).map((candidate) => ({ ...candidate, recipientId }));
    const second = await claimMessages(database.pool, claimScope(run), candidates, { token: randomUUID() });

    // Either it is not called at all, or the ledger knows whom it was called for.
    const [row] = await ledgerOf(run);
    const called = second.claimed.map(({ to }) => ({ to, recipientId }));
    expect(called).toEqual(
      second.claimed.map(() => ({ to: row?.to_number, recipientId: row?.recipient_id })),
    );
  });
});

describe('a message that waits while its sender goes to another integration', () => {
  it('is recorded under the integration and the sender that are called in the end', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    const first = await claim(run);
    await record(
      run,
      first.token,
      first.claimed.map(({ id }) => unsent(id)),
    );
    const integrationId = randomUUID();
    expect((await claim(run, { integrationId, sender: '12065550199' })).claimed).toHaveLength(1);
    const { rows } = await database.pool.query(
      'SELECT integration_id, sender FROM message WHERE run_id = $1',
      [run.runId],
    );
    expect(rows).toEqual([{ integration_id: integrationId, sender: '12065550199' }]);
  });
});
