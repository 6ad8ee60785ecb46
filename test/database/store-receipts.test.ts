import { jest } from '@jest/globals';
import { storeReceipts } from '../../database/store-receipts.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { receiptOf } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const MONTH_MS = 31 * 86_400_000;

let database: TestDatabase;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase(5);
  run = await launchRun(database.pool);
});
beforeEach(() => database.pool.query('DELETE FROM receipt'));
afterAll(() => database.drop());

const report = (key: string, at = Date.now()): Receipt => receiptOf('a message', 'delivered', { key, at });
const stored = (receipt: Receipt): Parameters<typeof storeReceipts>[1][number] => ({
  integrationId: run.integrationId,
  receipt,
});

it('a report that is told again a month later is still the same one', async () => {
  const told = stored(report('a'));
  expect(await storeReceipts(database.pool, [told])).toBe(1);
  const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + MONTH_MS);
  try {
    expect(await storeReceipts(database.pool, [told])).toBe(0);
  } finally {
    clock.mockRestore();
  }
});

describe('two processes to which the provider tells the same again', () => {
  it.each([
    ['by key', report('a'), report('b')],
    ['by month before key', report('b', Date.now() - MONTH_MS), report('a')],
  ])('store it in the same order, %s, however it came in', async (_what, first, second) => {
    const other = await HeldLocks.take(database.pool, 'SELECT');
    await storeReceipts(other.connection, [stored(first)]);
    const storing = storeReceipts(database.pool, [second, first].map(stored));
    await other.isWaitedFor();
    // Were the second one written already, each would now wait for the other one.
    expect(await storeReceipts(other.connection, [stored(second)])).toBe(1);
    await other.letGo();
    expect(await storing).toBe(0);
  });
});
