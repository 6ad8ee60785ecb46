import fc from 'fast-check';
import { foldPendingReceipts, type FoldResult } from '../../database/fold-receipts.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { ReceiptState } from '../../domain/states.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import {
  claim,
  eventsOf,
  inDoubt,
  messageOf,
  receiptOf,
  receive,
  record,
  rejected,
  unsent,
} from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const SLACK_MS = 300_000;

const fold = (): Promise<FoldResult> =>
  foldPendingReceipts(database.pool, { limit: 100, receiptSlackMs: SLACK_MS });

const STARTED = Date.now();
const STATES: readonly ReceiptState[] = ['accepted', 'dispatched', 'failed', 'expired', 'delivered'];

interface Report {
  readonly state: ReceiptState;
  readonly minute: number;
}

const OUTCOMES: Readonly<Record<string, (messageId: string) => SubmitOutcome>> = {
  accepted: (messageId) => ({ kind: 'accepted', messageId, providerMessageId: messageId }),
  'known id': (messageId) => ({ kind: 'duplicate_id', messageId }),
  'in doubt': inDoubt,
  unsent,
  rejected,
};

/** Reports, the same ones in another order with some told again, how they are parted, and when the answer is recorded. */
const telling = fc
  .array(fc.record({ state: fc.constantFrom(...STATES), minute: fc.integer({ min: 0, max: 2 }) }), {
    minLength: 1,
    maxLength: 5,
  })
  .chain((reports) =>
    fc.record({
      reports: fc.constant(reports),
      order: fc.shuffledSubarray([...reports, ...reports], {
        minLength: reports.length * 2,
        maxLength: reports.length * 2,
      }),
      folds: fc.array(fc.boolean(), { minLength: reports.length * 2, maxLength: reports.length * 2 }),
      recordedAt: fc.nat(reports.length * 2),
      outcome: fc.constantFrom(...Object.keys(OUTCOMES)),
    }),
  );

function receiptFor(id: string, { state, minute }: Report): Receipt {
  const key = `${state} ${minute}`;
  return receiptOf(id, state, { key: `${key} of ${id}`, at: STARTED - minute * 60_000, statusCode: key });
}

/** All that a reader sees of a message, and its campaign events, without what differs from one message to the next. */
async function pictureOf(run: LaunchedRun, id: string): Promise<unknown> {
  const row = await messageOf(database.pool, id);
  const events = (await eventsOf(run)).filter((event) => event.message_id === id);
  const {
    state,
    receipt_state,
    receipt_at,
    status_code,
    error,
    error_class,
    no_receipt,
    retry_at,
    attempts,
  } = row;
  return {
    ...{ state, receipt_state, receipt_at, status_code, error, error_class, no_receipt, retry_at, attempts },
    receipt_key: row.receipt_key?.replace(id, ''),
    provider_message_id: row.provider_message_id?.replace(id, ''),
    accepted: row.accepted_at !== null,
    ended: row.ended_at !== null,
    // An earlier instant costs a look and is put off by it.
    watched: row.look_at && row.look_at.getTime() <= (row.receipt_due_at?.getTime() ?? 0) + SLACK_MS,
    events: events
      .map((event) => {
        // What came of the call has the instant of whoever told it.
        const at = event.status.startsWith('enqueue') ? null : event.at.toISOString();
        return JSON.stringify([event.status, event.status_code, event.error, at]);
      })
      .sort(),
  };
}

describe('receipts and the answer of their call', () => {
  it('give the same row and the same campaign events in every order, number and number of folds', async () => {
    await fc.assert(
      fc.asyncProperty(telling, async ({ reports, order, folds, recordedAt, outcome }) => {
        const run = await launchRun(database.pool, { customers: consentingCustomers(2) });
        const { token, claimed } = await claim(run);
        const [plain = '', mixed = ''] = claimed.map(({ id }) => id);
        const answer = (id: string): Promise<unknown> =>
          record(run, token, [OUTCOMES[outcome]?.(id) ?? inDoubt(id)]);
        // First the answer, then everything at once.
        await answer(plain);
        await receive(run, ...reports.map((report) => receiptFor(plain, report)));
        await fold();
        // The others as they come.
        for (const [position, report] of order.entries()) {
          if (position === recordedAt) await answer(mixed);
          await receive(run, receiptFor(mixed, report));
          if (folds[position]) await fold();
        }
        await fold();
        if (recordedAt === order.length) await answer(mixed);
        expect(await pictureOf(run, mixed)).toEqual(await pictureOf(run, plain));
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});
