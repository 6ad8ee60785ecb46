import { countDoubts } from '../../chaos/doubts.ts';
import type { LedgerRow } from '../../simulators/ledger.ts';
import { ledgerOf } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { runUnresolved } from '../support/unresolved.ts';
import { acceptance } from './evidence.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('messages that nobody could settle are told apart by what the ledger says of them', async () => {
  const { run, ids } = await runUnresolved(database.pool, 4);
  expect((await ledgerOf(run)).map(({ state }) => state)).toEqual(Array(4).fill('unresolved'));
  const [untold = '', failed = '', told = ''] = ids;
  const ledger: readonly LedgerRow[] = [
    acceptance(untold, '12065550142'),
    { kind: 'refused', id: failed, to: '12065550143', seen: 1, at: 1 },
    { kind: 'refused', id: told, to: '12065550144', seen: 1, at: 1 },
    acceptance(told, '12065550144'),
    { kind: 'reported', id: told, report: 0, at: 2 },
  ];
  expect(await countDoubts(database.pool, ledger)).toEqual({ untold: 1, failed: 1, unoffered: 1, told: 1 });
});
