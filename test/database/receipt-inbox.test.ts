import { foldPendingReceipts, type FoldResult } from '../../database/fold-receipts.ts';
import { messageId } from '../../database/ids.ts';
import { monthOf } from '../../domain/identity.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { acceptedMessages, claim, eventsOf, messageOf, receiptOf, receive } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase(5);
});
beforeEach(async () => {
  await database.pool.query('DELETE FROM receipt');
  run = await launchRun(database.pool, { customers: consentingCustomers(2) });
});
afterAll(() => database.drop());

const fold = (messageIds?: readonly string[]): Promise<FoldResult> =>
  foldPendingReceipts(database.pool, {
    limit: 100,
    receiptSlackMs: 300_000,
    ...(messageIds && { messageIds }),
  });

interface InboxRow {
  readonly message_id: string;
  readonly folded_at: Date | null;
  readonly fold_at: Date | null;
  readonly waits: number;
}

async function inbox(): Promise<readonly InboxRow[]> {
  const { rows } = await database.pool.query<InboxRow>(
    `SELECT message_id, folded_at, fold_at, extract(epoch FROM fold_at - clock_timestamp())::float8 AS waits
     FROM receipt ORDER BY message_id`,
  );
  return rows;
}

/** The id that the first member's message will have, before there is a message. */
function futureId(): string {
  const customerId = run.members[0]?.customerId ?? '';
  return messageId(run.month, { runId: run.runId, customerId, entryKey: '1', actionId: 1, pass: 1, leg: 0 });
}

describe('the inbox', () => {
  it('keeps a report once, however often it is posted', async () => {
    const [id = ''] = await acceptedMessages(run);
    expect(await receive(run, receiptOf(id, 'delivered'), receiptOf(id, 'delivered'))).toBe(1);
    expect(await receive(run, receiptOf(id, 'delivered'))).toBe(0);
    expect(await fold()).toMatchObject({ taken: 1, applied: 1 });
    expect(await receive(run, receiptOf(id, 'delivered'))).toBe(0);
    expect(await fold()).toMatchObject({ taken: 0, applied: 0 });
  });

  it('keeps a report of a message that is not there yet, and applies it once the message exists', async () => {
    await receive(run, receiptOf(futureId(), 'delivered'));
    expect(await fold()).toMatchObject({ taken: 1, applied: 0, orphans: 1 });
    expect(await inbox()).toMatchObject([{ folded_at: null }]);
    await claim(run);
    await database.pool.query('UPDATE receipt SET fold_at = now()');
    expect(await fold()).toMatchObject({ taken: 1, applied: 1 });
    expect(await messageOf(database.pool, futureId())).toMatchObject({ state: 'delivered' });
    expect(await inbox()).toMatchObject([{ folded_at: expect.any(Date) as Date, fold_at: null }]);
    expect((await eventsOf(run)).map(({ status }) => status).sort()).toEqual(['delivered', 'enqueued']);
  });

  it('tries a report without a message again after pauses that grow, and leaves it to people after three days', async () => {
    await receive(run, receiptOf(futureId(), 'delivered'));
    const waitsAfter = async (age: string): Promise<number | undefined> => {
      await database.pool.query(`UPDATE receipt SET received_at = now() - $1::interval, fold_at = now()`, [
        age,
      ]);
      await fold();
      return (await inbox())[0]?.waits;
    };
    expect(await waitsAfter('0')).toBeCloseTo(5, 0);
    expect(await waitsAfter('10 minutes')).toBeCloseTo(600, 0);
    expect(await waitsAfter('2 days')).toBeCloseTo(3_600, 0);
    expect(await waitsAfter('73 hours')).toBeNull();
    expect(await inbox()).toMatchObject([{ folded_at: null, fold_at: null }]);
  });

  it('looks at its reports without a message early when somebody asks about that message', async () => {
    await receive(run, receiptOf(futureId(), 'delivered'));
    await fold();
    await claim(run);
    expect(await fold()).toMatchObject({ taken: 0, applied: 0 });
    expect(await fold([futureId()])).toMatchObject({ taken: 1, applied: 1 });
  });

  it('folds only what it is asked about when it is asked about messages', async () => {
    const [a = '', b = ''] = await acceptedMessages(run);
    await receive(run, receiptOf(a, 'delivered'), receiptOf(b, 'delivered'));
    expect(await fold([b])).toMatchObject({ taken: 1, applied: 1 });
    expect((await messageOf(database.pool, a)).state).toBe('accepted');
  });

  it.each([
    'somebody-elses-message',
    '',
    '12345',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
    '20261108-e671-4a2b-a0c2-434d9b10d316',
    '00000000-0000-8000-a000-000000000000',
    '20269908-e671-8a2b-a0c2-434d9b10d316',
  ])(
    'puts a report of a message that cannot be ours aside and goes on with the others: %j',
    async (foreign) => {
      const [id = ''] = await acceptedMessages(run);
      await receive(run, receiptOf(foreign, 'delivered'), receiptOf(id, 'delivered'));
      await fold();
      await fold();
      expect((await messageOf(database.pool, id)).state).toBe('delivered');
      expect((await inbox()).find((row) => row.message_id === foreign)).toMatchObject({
        folded_at: null,
        fold_at: null,
      });
    },
  );

  it('takes a report that is dated near the ends of what is believed', async () => {
    const [id = ''] = await acceptedMessages(run);
    const [past, future] = [-35, 35].map((days) => Date.now() + days * 86_400_000) as [number, number];
    await receive(run, receiptOf(id, 'accepted', { at: past }), receiptOf(id, 'dispatched', { at: future }));
    await fold();
    expect(await messageOf(database.pool, id)).toMatchObject({
      state: 'dispatched',
      receipt_at: new Date(future),
    });
    const { rows } = await database.pool.query<{ month: number }>('SELECT month FROM receipt ORDER BY month');
    expect(rows.map(({ month }) => month)).toEqual([monthOf(past), monthOf(future)]);
  });
});

describe('a failure that is the fault of the number', () => {
  it('is remembered for the number: the last one, in whatever order they are told', async () => {
    const [id = ''] = await acceptedMessages(run);
    const failure = (statusCode: string, minutesAgo: number): ReturnType<typeof receiptOf> =>
      receiptOf(id, 'failed', {
        key: statusCode,
        statusCode,
        errorClass: 'suppress_number',
        at: Date.now() - minutesAgo * 60_000,
      });
    const remembered = async (): Promise<string | null | undefined> => {
      const { rows } = await database.pool.query<{ code: string | null }>(
        'SELECT last_failure_code AS code FROM recipient WHERE id = $1',
        [run.members[0]?.recipientId],
      );
      return rows[0]?.code;
    };
    await receive(run, failure('second', 5));
    await fold();
    await receive(run, failure('first', 10));
    await fold();
    expect(await remembered()).toBe('second');
    // Several at once, older and newer ones mixed.
    await receive(run, failure('third', 4), failure('fifth', 2), failure('fourth', 3));
    await fold();
    expect(await remembered()).toBe('fifth');
  });

  it('is no reason to remember anything when the message is not known', async () => {
    await receive(run, receiptOf(futureId(), 'failed', { errorClass: 'suppress_number' }));
    expect(await fold()).toMatchObject({ taken: 1, applied: 0, orphans: 1 });
  });
});
