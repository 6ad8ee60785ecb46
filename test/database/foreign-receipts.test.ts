import { foldPendingReceipts, type FoldResult } from '../../database/fold-receipts.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { acceptedMessages, eventsOf, messageOf, receiptOf, receive } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;
let foreign: LaunchedRun;
let id: string;

beforeAll(async () => {
  database = await createTestDatabase(5);
  foreign = await withIntegrationOfItsOwn(database);
});
beforeEach(async () => {
  await database.pool.query('DELETE FROM receipt');
  run = await launchRun(database.pool, { customers: consentingCustomers(1) });
  [id = ''] = await acceptedMessages(run);
});
afterAll(() => database.drop());

/** What another tenant may post with: another integration of the same provider. */
async function withIntegrationOfItsOwn({ pool }: TestDatabase): Promise<LaunchedRun> {
  const own = await launchRun(pool, { customers: consentingCustomers(1) });
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO integration (project_id, key, provider, messages_per_call, idempotent_ids)
     SELECT project_id, 'other', provider, messages_per_call, idempotent_ids
     FROM integration WHERE id = $1 RETURNING id`,
    [own.integrationId],
  );
  return { ...own, integrationId: rows[0]?.id ?? '' };
}

const fold = (): Promise<FoldResult> =>
  foldPendingReceipts(database.pool, { limit: 100, receiptSlackMs: 300_000 });

const failure = (key: string): ReturnType<typeof receiptOf> =>
  receiptOf(id, 'failed', { key, statusCode: 'gone', errorClass: 'suppress_number' });

async function lastFailure(): Promise<string | null | undefined> {
  const { rows } = await database.pool.query<{ code: string | null }>(
    'SELECT last_failure_code AS code FROM recipient WHERE id = $1',
    [run.members[0]?.recipientId],
  );
  return rows[0]?.code;
}

describe('a report that came through another integration than its message went', () => {
  it('changes neither the message, nor its events, nor what is known of the number', async () => {
    const before = { message: await messageOf(database.pool, id), events: await eventsOf(run) };
    await receive(foreign, failure('forged'));
    expect(await fold()).toMatchObject({ taken: 1, applied: 0, orphans: 1 });
    expect({ message: await messageOf(database.pool, id), events: await eventsOf(run) }).toEqual(before);
    expect(await lastFailure()).toBeNull();
  });

  it('costs the true report of the same message nothing, in the same fold', async () => {
    await receive(foreign, failure('forged'));
    await receive(run, receiptOf(id, 'delivered'));
    expect(await fold()).toMatchObject({ taken: 2, applied: 1, orphans: 1 });
    expect(await messageOf(database.pool, id)).toMatchObject({
      state: 'delivered',
      receipt_key: `${id}-delivered`,
    });
    expect((await eventsOf(run)).map(({ status }) => status).sort()).toEqual(['delivered', 'enqueued']);
    expect(await lastFailure()).toBeNull();
  });

  it('is a dead letter of that integration after three days, as one of no message', async () => {
    await receive(foreign, failure('forged'));
    await database.pool.query(`UPDATE receipt SET received_at = now() - interval '73 hours'`);
    await fold();
    const { rows } = await database.pool.query(
      'SELECT integration_id, folded_at, fold_at, dead_reason FROM receipt',
    );
    expect(rows).toEqual([
      { integration_id: foreign.integrationId, folded_at: null, fold_at: null, dead_reason: 'no_message' },
    ]);
  });
});
