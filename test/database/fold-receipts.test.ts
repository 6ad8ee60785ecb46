import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { claimMessages } from '../../database/claim-messages.ts';
import { foldPendingReceipts, type FoldResult } from '../../database/fold-receipts.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { ReceiptState } from '../../domain/states.ts';
import {
  candidatesOf,
  claimScope,
  consentingCustomers,
  launchRun,
  type LaunchedRun,
} from '../support/launched-run.ts';
import {
  acceptedMessages,
  claim,
  eventsOf,
  ledgerOf,
  messageOf,
  receiptOf,
  receive,
} from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const fold = (limit = 100): Promise<FoldResult> =>
  foldPendingReceipts(database.pool, { limit, receiptSlackMs: 300_000 });

/** One clock for all reports, so that two of the same kind are equal in every order. */
const STARTED = Date.now();
const STATES: readonly ReceiptState[] = ['accepted', 'dispatched', 'failed', 'expired', 'delivered'];

/** Reports by state and minute; those of one batch are folded together. */
const batches = fc.array(
  fc.array(fc.record({ state: fc.constantFrom(...STATES), minute: fc.integer({ min: 0, max: 2 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  { minLength: 1, maxLength: 3 },
);

type Report = { state: ReceiptState; minute: number };

function receiptFor(id: string, { state, minute }: Report): Receipt {
  const key = `${state} ${minute}`;
  const at = STARTED - minute * 60_000;
  const parts = minute === 0 ? null : minute + 1;
  return receiptOf(id, state, { key: `${key} of ${id}`, at, statusCode: key, parts });
}

/** What a message and its events look like to a reader, without what differs from one message to the next. */
async function pictureOf(run: LaunchedRun, id: string): Promise<unknown> {
  const row = await messageOf(database.pool, id);
  const events = (await eventsOf(run)).filter((event) => event.message_id === id);
  return {
    state: row.state,
    receipt: [row.receipt_state, row.receipt_key?.replace(id, ''), row.status_code],
    parts: row.parts,
    ended: row.ended_at !== null,
    watched: row.look_at !== null,
    events: events.map(({ status, status_code: code, parts }) => [status, code, parts]).sort(),
  };
}

describe('receipts', () => {
  it('give the same message and the same events in every order, number and batch', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.boolean(), async (given, early) => {
        const run = await launchRun(database.pool, { customers: consentingCustomers(2) });
        const ids = early ? (await claim(run)).claimed.map(({ id }) => id) : await acceptedMessages(run);
        const [forwards = '', backwards = ''] = ids;
        for (const batch of given) {
          await receive(run, ...batch.map((report) => receiptFor(forwards, report)));
          await fold();
        }
        // The same ones the other way round, each alone and told twice.
        for (const report of given.flat().toReversed()) {
          const again = receiptFor(backwards, report);
          await receive(run, again);
          await fold();
          await receive(run, again);
        }
        expect(await pictureOf(run, backwards)).toEqual(await pictureOf(run, forwards));
      }),
      { numRuns: 25 },
    );
  });

  it('bring a message from accepted over dispatched to its end', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    const [id = ''] = await acceptedMessages(run);
    await receive(run, receiptOf(id, 'dispatched'));
    await fold();
    expect(await messageOf(database.pool, id)).toMatchObject({ state: 'dispatched', ended_at: null });
    await receive(run, receiptOf(id, 'delivered', { channel: 'mms', parts: 3 }));
    expect(await fold()).toMatchObject({ taken: 1, applied: 1 });
    expect(await messageOf(database.pool, id)).toMatchObject({
      state: 'delivered',
      type: 'mms',
      parts: 3,
      look_at: null,
      ended_at: expect.any(Date) as Date,
    });
  });

  it('that tell no number of parts leave an SMS with those that were counted at its claim', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(3) });
    const long = candidatesOf(run, `Bonjour “toi” ${'a'.repeat(121)}`);
    const { claimed } = await claimMessages(database.pool, claimScope(run), long, { token: randomUUID() });
    const [untold = '', told = '', failed = ''] = claimed.map(({ id }) => id);
    await receive(
      run,
      receiptOf(untold, 'delivered', { parts: null }),
      receiptOf(told, 'delivered', { parts: 2 }),
      receiptOf(failed, 'failed', { parts: null }),
    );
    await fold();
    const partsOf = async (id: string): Promise<unknown> => (await messageOf(database.pool, id)).parts;
    expect([await partsOf(untold), await partsOf(told), await partsOf(failed)]).toEqual([3, 2, 3]);
    const events = (await eventsOf(run)).filter(({ status }) => status !== 'enqueued');
    expect(events.map(({ message_id, parts }) => [message_id, parts]).sort()).toEqual(
      [
        [untold, 3],
        [told, 2],
        [failed, 3],
      ].sort(),
    );
  });

  it('that tell no number of parts tell none of an MMS', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    const [claimed] = (await claim(run, { channel: 'mms' })).claimed;
    await receive(run, receiptOf(claimed?.id ?? '', 'delivered', { channel: 'mms', parts: null }));
    await fold();
    expect(await messageOf(database.pool, claimed?.id ?? '')).toMatchObject({
      state: 'delivered',
      parts: null,
    });
  });

  it('have one campaign event for each final one, at the instant of the provider', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    const [id = ''] = await acceptedMessages(run);
    const at = Date.now() - 3_600_000;
    await receive(
      run,
      receiptOf(id, 'dispatched'),
      receiptOf(id, 'expired', { at }),
      receiptOf(id, 'delivered'),
    );
    await fold();
    const events = await eventsOf(run);
    expect(events.map(({ status }) => status).sort()).toEqual(['delivered', 'enqueued', 'failed']);
    expect(events.find(({ status }) => status === 'failed')).toMatchObject({
      at: new Date(at),
      status_code: '4',
      error: 'Absent subscriber.',
    });
    expect(events.find(({ status }) => status === 'delivered')).toMatchObject({
      status_code: null,
      error: null,
    });
  });

  it('have it once, also where it is there already', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(2) });
    const [id = '', other = ''] = await acceptedMessages(run);
    await receive(run, receiptOf(id, 'delivered'));
    await fold();
    await database.pool.query('UPDATE receipt SET fold_at = now(), folded_at = NULL WHERE message_id = $1', [
      id,
    ]);
    await receive(run, receiptOf(other, 'delivered'));
    expect(await fold()).toMatchObject({ taken: 2, applied: 2 });
    expect((await ledgerOf(run)).map(({ state }) => state)).toEqual(['delivered', 'delivered']);
    expect((await eventsOf(run)).map(({ status }) => status).sort()).toEqual([
      ...['delivered', 'delivered', 'enqueued', 'enqueued'],
    ]);
  });

  it('are told apart by what they found: a call under way, a message in doubt', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(3) });
    const { claimed } = await claim(run);
    const [early = '', doubted = '', known = ''] = claimed.map(({ id }) => id);
    const become = (id: string, state: string): Promise<unknown> =>
      database.pool.query('UPDATE message SET state = $2 WHERE id = $1', [id, state]);
    await become(doubted, 'unknown');
    await become(known, 'accepted');
    await receive(run, ...[early, doubted, known].map((id) => receiptOf(id, 'delivered')));
    expect(await fold()).toEqual({ taken: 3, applied: 3, early: 1, proving: 1, orphans: 0 });
  });

  it('prove the submission at our own instant, however wrong the clock of the provider is', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    const { claimed } = await claim(run);
    const [claimedRow] = await ledgerOf(run);
    await receive(run, receiptOf(claimed[0]?.id ?? '', 'delivered', { at: Date.now() - 7_200_000 }));
    await fold();
    const enqueued = (await eventsOf(run)).find(({ status }) => status === 'enqueued');
    expect(enqueued?.at.getTime()).toBeGreaterThanOrEqual(claimedRow?.claimed_at?.getTime() ?? Infinity);
  });

  it('that come after the deadline still change the message', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    const [id = ''] = await acceptedMessages(run);
    await database.pool.query('UPDATE message SET no_receipt = true, ended_at = now() WHERE id = $1', [id]);
    await receive(run, receiptOf(id, 'dispatched'));
    await fold();
    const closed = await messageOf(database.pool, id);
    expect(closed).toMatchObject({ state: 'dispatched', no_receipt: true, look_at: null });
    await receive(run, receiptOf(id, 'delivered'));
    await fold();
    expect(await messageOf(database.pool, id)).toMatchObject({
      state: 'delivered',
      no_receipt: false,
      ended_at: closed.ended_at,
    });
  });

  it.each(['queued', 'unknown', 'rejected', 'unresolved', 'cancelled'])(
    'prove that a message in state "%s" was accepted',
    async (state) => {
      const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
      const { claimed } = await claim(run);
      const id = claimed[0]?.id ?? '';
      await database.pool.query('UPDATE message SET state = $2, retry_at = now() WHERE id = $1', [id, state]);
      await receive(run, receiptOf(id, 'accepted'));
      await fold();
      const row = await messageOf(database.pool, id);
      expect(row).toMatchObject({ state: 'accepted', ended_at: null, retry_at: null });
      const claimGraceMs = (row.look_at?.getTime() ?? 0) - (row.claimed_at?.getTime() ?? 0);
      expect(Math.abs(claimGraceMs - 60_000)).toBeLessThan(50);
    },
  );

  it('are each applied once, however many pumps fold at the same time', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(40) });
    const ids = await acceptedMessages(run);
    await receive(run, ...ids.flatMap((id) => [receiptOf(id, 'dispatched'), receiptOf(id, 'delivered')]));
    const results = await Promise.all(Array.from({ length: 8 }, () => fold(10)));
    expect(results.reduce((sum, { applied }) => sum + applied, 0)).toBe(80);
    expect(await fold()).toMatchObject({ taken: 0, applied: 0 });
    expect(new Set((await ledgerOf(run)).map((row) => row.state))).toEqual(new Set(['delivered']));
  });
});
