import { randomUUID } from 'node:crypto';
import { analyzeNewPartitions } from '../../database/analyze-new-partitions.ts';
import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { readCustomers } from '../../database/read-customers.ts';
import { countMessages } from '../../database/message-cap.ts';
import { claimScope, consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, receiptOf, receive, record, unsent } from '../support/ledger.ts';
import { copyRow, keptPlanOf, planOf } from '../support/plan-of.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const CUSTOMERS = 60;
const COPIES = 100;

let database: TestDatabase;
let run: LaunchedRun;
let token: string;
let messageIds: readonly string[];

/** The first minutes of a month: its partitions fill up, and autovacuum has not looked at what is in them. */
beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  run = await launchRun(pool, { customers: consentingCustomers(CUSTOMERS) });
  for (const table of ['message', 'receipt'])
    await pool.query(`ALTER TABLE ${table}_${run.month} SET (autovacuum_enabled = false)`);
  await pool.query('ANALYZE');
  const claimed = await claim(run);
  token = claimed.token;
  messageIds = claimed.claimed.map(({ id }) => id);
  await receive(run, ...messageIds.map((id) => receiptOf(id, 'delivered')));
  const analyzed = await analyzeNewPartitions(pool);
  expect(analyzed).toEqual(expect.arrayContaining([`message_${run.month}`, `receipt_${run.month}`]));
  await copyRow(pool, COPIES, 'message', {
    id: 'gen_random_uuid()',
    recipient_id: '-(i * 1000 + member_index)',
    cohort_id: '-i',
    look_at: 'NULL',
  });
  await copyRow(pool, COPIES, 'receipt', { event_key: `event_key || i`, fold_at: 'NULL' });
});
afterAll(() => database.drop());

/** Every access to the month's partition is by what the batch names. */
function expectOnlyNamedRows(plan: string): void {
  expect(plan).toMatch(/(message|receipt)_\d{6}/);
  expect(plan).not.toMatch(/Seq Scan on (message|receipt)_\d{6}/);
  expect(plan).not.toMatch(/Cond: \(month = \d+\)$/m);
}

/** Every access by a plan that is kept is by whole keys, whatever was in the tables when it was made. */
function expectOnlyWholeKeys(plan: string): void {
  expect(plan).toMatch(/Index Scan (using|on) /);
  expect(plan).not.toMatch(/Seq Scan on (message|entry|customer|recipient|consent)/);
  expect(plan).not.toMatch(/Index Scan using \S+ on (?!frame)\S+( \S+)?\n(?! *Index Cond)/);
  expect(plan).not.toMatch(/Cond: \(month = \$\d+\)$/m);
}

describe('in a month that has just begun a batch reads no more than its own rows', () => {
  it('for which each new partition is looked at once, as soon as there is something in it', async () => {
    expect(await analyzeNewPartitions(database.pool)).toEqual([]);
  });

  it('to record what came of calls', async () => {
    const plan = await planOf(database.pool, 'held', () => record(run, token, messageIds.map(accepted)));
    expectOnlyNamedRows(plan);
  });

  it.each([
    ['to lock the messages of receipts', 'receipt_key, status_code'],
    ['to apply receipts', 'receipt_state = fold.state'],
    ['to close receipts', 'folded_at ='],
  ])('%s', async (_name, part) => {
    await database.pool.query(
      `UPDATE receipt SET fold_at = now(), folded_at = NULL WHERE event_key = message_id || '-delivered'`,
    );
    await database.pool.query('DELETE FROM campaign_event');
    await database.pool.query(
      `UPDATE message SET receipt_state = NULL, receipt_at = NULL, receipt_key = NULL WHERE id = ANY ($1::uuid[])`,
      [messageIds],
    );
    const plan = await planOf(database.pool, part, () =>
      foldPendingReceipts(database.pool, { limit: CUSTOMERS, receiptSlackMs: 1_000 }),
    );
    expectOnlyNamedRows(plan);
  });
});

describe('plans that are kept although the tables were empty look up by whole keys', () => {
  let empty: TestDatabase;
  let first: LaunchedRun;

  beforeAll(async () => {
    empty = await createTestDatabase();
    first = await launchRun(empty.pool, { customers: consentingCustomers(3) });
    for (const table of ['message', 'entry', 'customer', 'recipient', 'consent', 'submission'])
      await empty.pool.query(`TRUNCATE ${table} CASCADE`);
  });
  afterAll(() => empty.drop());

  it('of what a claim locks and asks', async () => {
    const parts = ['FROM recipient WHERE id = ANY', 'WITH frame AS'];
    for (const part of parts)
      expectOnlyWholeKeys(await keptPlanOf(empty.pool, part, 'lookups', () => claim(first)));
  });

  it('of what a claim takes that has waited', async () => {
    const waiting = await launchRun(database.pool, { customers: consentingCustomers(2) });
    const offered = await claim(waiting);
    const unsentAll = offered.claimed.map(({ id }) => unsent(id));
    await record(waiting, offered.token, unsentAll);
    expectOnlyWholeKeys(await keptPlanOf(empty.pool, 'WITH waiting AS', 'lookups', () => claim(waiting)));
  });

  it('of what counts towards a cap', async () => {
    const counted = first.members.map(({ memberIndex, recipientId }) => ({
      ...{ memberIndex, recipientId, occasion: null },
    }));
    const count = (): Promise<unknown> =>
      countMessages(empty.pool, { messages: 1, window: '1d' }, claimScope(first), counted);
    expectOnlyWholeKeys(await keptPlanOf(empty.pool, 'member_index, counted.count', 'lookups', count));
  });

  it('of what templates may read', async () => {
    const read = (): Promise<unknown> => readCustomers(empty.pool, first.cohort, [0, 1]);
    expectOnlyWholeKeys(await keptPlanOf(empty.pool, 'customer.attributes', 'lookups', read));
  });

  it('of what came of calls', async () => {
    const write = (): Promise<unknown> => record(first, randomUUID(), [accepted(messageIds[0] ?? '')]);
    expectOnlyWholeKeys(await keptPlanOf(empty.pool, 'held', 'batches', write));
  });
});
