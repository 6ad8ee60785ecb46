import { foldPendingReceipts, type FoldResult } from '../../database/fold-receipts.ts';
import { trackingReference } from '../../domain/tracking-reference.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim, messageOf, receiptOf, receive, record } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;
let token: string;
let ids: readonly string[];

beforeAll(async () => {
  database = await createTestDatabase(5);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('DELETE FROM receipt');
  run = await launchRun(database.pool, { customers: consentingCustomers(2) });
  const claims = await claim(run);
  token = claims.token;
  ids = claims.claimed.map(({ id }) => id);
});

const fold = (): Promise<FoldResult> =>
  foldPendingReceipts(database.pool, { limit: 100, receiptSlackMs: 300_000 });
/** The answer to a message's call comes, with an id of the provider. */
const accept = (messageId = '', providerMessageId: string): Promise<unknown> =>
  record(run, token, [{ kind: 'accepted', messageId, providerMessageId }]);
const told = (trackingId: string): ReturnType<typeof receiptOf> =>
  receiptOf(trackingReference(trackingId), 'delivered', { providerMessageId: trackingId });
const due = (): Promise<unknown> =>
  database.pool.query("UPDATE receipt SET fold_at = now() - interval '1 minute' WHERE folded_at IS NULL");

describe('a report that names its message by the id of the provider alone', () => {
  it('is applied to the message that was accepted under that id, and to no other', async () => {
    await accept(ids[0], 'MMS_1');
    await accept(ids[1], 'MMS_2');
    await receive(run, told('MMS_1'));
    expect(await fold()).toMatchObject({ applied: 1, orphans: 0 });
    expect(await messageOf(database.pool, ids[0] ?? '')).toMatchObject({ state: 'delivered' });
    expect(await messageOf(database.pool, ids[1] ?? '')).toMatchObject({ state: 'accepted' });
  });

  it('waits for the answer to the call that brings the id, beside others that need not', async () => {
    await accept(ids[1], 'MMS_2');
    await receive(run, told('MMS_3'), receiptOf(ids[1] ?? '', 'delivered'));
    expect(await fold()).toMatchObject({ applied: 1 });
    await accept(ids[0], 'MMS_3');
    await due();
    expect(await fold()).toMatchObject({ applied: 1 });
    expect(await messageOf(database.pool, ids[0] ?? '')).toMatchObject({ state: 'delivered' });
  });

  it('says nothing of a message of another integration', async () => {
    await accept(ids[0], 'MMS_4');
    await receive({ ...run, integrationId: '00000000-0000-4000-8000-000000000001' }, told('MMS_4'));
    expect(await fold()).toMatchObject({ applied: 0 });
    expect(await messageOf(database.pool, ids[0] ?? '')).toMatchObject({ state: 'accepted' });
  });

  it('is a dead letter after three days when its message never comes up', async () => {
    await receive(run, told('MMS_5'));
    await database.pool.query(`UPDATE receipt SET received_at = now() - interval '73 hours'`);
    await fold();
    const { rows } = await database.pool.query('SELECT dead_reason, fold_at FROM receipt');
    expect(rows).toEqual([{ dead_reason: 'no_message', fold_at: null }]);
  });
});
