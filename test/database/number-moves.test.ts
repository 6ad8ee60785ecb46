import { eraseCustomer } from '../../database/customers/erase-customer.ts';
import { importCustomers } from '../../database/customers/import-customers.ts';
import type { Pool } from '../../database/pool.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { newPhone, PHONE_KEY, seedTestProject } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const LOCK = 'SELECT FROM recipient WHERE id = $1 FOR NO KEY UPDATE';

let database: TestDatabase;
let pool: Pool;
let projectId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ pool } = database);
  projectId = await seedTestProject(pool);
});
afterAll(() => database.drop());

interface Customer {
  readonly id: string;
  readonly recipient_id: string;
  readonly phone: string;
}

async function give(externalId: string, phone: string | null = newPhone()): Promise<void> {
  const records = [{ externalId, phone, attributes: {}, consents: {} }];
  await importCustomers(pool, { projectId, phoneKey: PHONE_KEY, records });
}

async function customerOf(externalId: string): Promise<Customer> {
  await give(externalId);
  const { rows } = await pool.query<Customer>(
    'SELECT id, recipient_id, phone FROM customer WHERE external_id = $1',
    [externalId],
  );
  if (!rows[0]) throw new Error('There is no such customer.');
  return rows[0];
}

const WORK: readonly (readonly [string, (externalId: string, id: string) => Promise<unknown>])[] = [
  ['is erased', (_externalId, id) => eraseCustomer(pool, projectId, id)],
  ['loses the number by an import', (externalId) => give(externalId, null)],
];

describe.each(WORK)('a customer who %s', (name, work) => {
  it('but has got another number meanwhile, loses that one only under its lock', async () => {
    const customer = await customerOf(name);
    const other = await customerOf(`other, ${name}`);
    const oldNumber = await HeldLocks.take(pool, LOCK, [customer.recipient_id]);
    const newNumber = await HeldLocks.take(pool, LOCK, [other.recipient_id]);
    const working = work(name, customer.id);
    await oldNumber.isWaitedFor();
    await oldNumber.connection.query('UPDATE customer SET recipient_id = $2, phone = $3 WHERE id = $1', [
      customer.id,
      other.recipient_id,
      other.phone,
    ]);
    await oldNumber.letGo();
    await newNumber.isWaitedFor();
    const read = async (): Promise<unknown> =>
      (await pool.query('SELECT phone FROM customer WHERE id = $1', [customer.id])).rows[0];
    expect(await read()).toEqual({ phone: other.phone });
    await newNumber.letGo();
    await working;
    expect(await read()).toEqual({ phone: null });
  });
});
