import { ReceiptIntake } from '../../api/webhooks/receipt-intake.ts';
import { launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { receiptOf } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;
let intake: ReceiptIntake;

beforeAll(async () => {
  database = await createTestDatabase(1);
  run = await launchRun(database.pool);
});
beforeEach(async () => {
  await database.pool.query('DELETE FROM receipt');
  intake = new ReceiptIntake({ pool: database.pool, reach: () => undefined }, 3);
});
afterAll(() => database.drop());

const store = (...keys: readonly string[]): Promise<void> =>
  intake.store(
    keys.map((key) => ({
      integrationId: run.integrationId,
      receipt: receiptOf('a message', 'delivered', { key }),
    })),
  );

async function stored(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ event_key: string }>(
    'SELECT event_key FROM receipt ORDER BY event_key',
  );
  return rows.map((row) => row.event_key);
}

describe('reports that come in faster than the database takes them', () => {
  it('are refused above a bound, and taken again once there is room', async () => {
    // The only connection is busy: nothing can be written.
    const connection = await database.pool.connect();
    const first = store('a');
    const second = store('b', 'c');
    await expect(store('d')).rejects.toMatchObject({ code: 'inbox_full' });
    connection.release();
    await Promise.all([first, second]);
    expect(await stored()).toEqual(['a', 'b', 'c']);
    await store('d');
    expect(await stored()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('make room also when they can not be stored', async () => {
    await database.pool.query('ALTER TABLE receipt RENAME TO receipt_away');
    await expect(store('a', 'b', 'c')).rejects.toThrow('receipt');
    await database.pool.query('ALTER TABLE receipt_away RENAME TO receipt');
    await store('a', 'b', 'c');
    expect(await stored()).toEqual(['a', 'b', 'c']);
  });

  it('are taken at once when nothing else waits, however many they are', async () => {
    await store('a', 'b', 'c', 'd', 'e');
    expect(await stored()).toHaveLength(5);
  });

  it('hold up no webhook without any report', async () => {
    const connection = await database.pool.connect();
    const first = store('a', 'b', 'c');
    await store();
    connection.release();
    await first;
  });
});
