import { armHint, takeDueHints } from '../../database/hints.ts';
import { sweepMessages, type SweepResult } from '../../database/sweep-messages.ts';
import { MESSAGE_STATES, type MessageState } from '../../domain/states.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, ledgerOf, record } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('UPDATE message SET look_at = NULL'));

const NOTHING: SweepResult = { toUnknown: 0, toNoReceipt: 0, toCancelled: 0, postponed: 0 };
const SLACK_MS = 300_000;

const sweep = (limit = 100): Promise<SweepResult> =>
  sweepMessages(database.pool, { limit, receiptSlackMs: SLACK_MS });

/** A run whose messages are in this state; their time has come, or comes in a minute. */
async function messagesIn(
  state: MessageState,
  due = true,
  count = 1,
): Promise<{ run: LaunchedRun; token: string }> {
  const run = await launchRun(database.pool, { customers: consentingCustomers(count) });
  const { token } = await claim(run);
  await database.pool.query(
    `UPDATE message SET state = $2, look_at = clock_timestamp() + make_interval(secs => $3),
       receipt_due_at = clock_timestamp() - interval '1 day' WHERE run_id = $1`,
    [run.runId, state, due ? -1 : 60],
  );
  return { run, token };
}

describe('the sweep', () => {
  it.each(MESSAGE_STATES)('leaves a message in state "%s" alone before its time', async (state) => {
    const { run } = await messagesIn(state, false);
    expect(await sweep()).toEqual(NOTHING);
    expect(await ledgerOf(run)).toMatchObject([{ state }]);
  });

  it.each(['unknown', 'delivered', 'failed', 'expired', 'rejected', 'unresolved', 'cancelled'] as const)(
    'leaves a message in state "%s" to others even after its time',
    async (state) => {
      const { run } = await messagesIn(state);
      expect(await sweep()).toEqual(NOTHING);
      expect(await ledgerOf(run)).toMatchObject([{ state, ended_at: null }]);
    },
  );

  it('puts a call that nobody reported on in doubt and has it looked up; its claim still counts', async () => {
    const { run, token } = await messagesIn('submitting');
    expect(await sweep()).toEqual({ ...NOTHING, toUnknown: 1 });
    const [row] = await ledgerOf(run);
    expect(row).toMatchObject({ state: 'unknown', claim_token: token, ended_at: null, no_receipt: false });
    expect(row?.look_at?.getTime()).toBeLessThanOrEqual(Date.now() + 1_000);
    expect(row?.error).toMatch(/did not report back/);
    await record(run, token, [accepted(row?.id ?? '')]);
    expect(await ledgerOf(run)).toMatchObject([{ state: 'accepted' }]);
  });

  it.each(['accepted', 'dispatched'] as const)(
    'closes a message that is still "%s" without a receipt',
    async (state) => {
      const { run } = await messagesIn(state);
      expect(await sweep()).toEqual({ ...NOTHING, toNoReceipt: 1 });
      expect(await ledgerOf(run)).toMatchObject([
        { state, no_receipt: true, look_at: null, ended_at: expect.any(Date) as Date },
      ]);
    },
  );

  it.each(['accepted', 'dispatched'] as const)(
    'leaves a message that is "%s" open until its receipt deadline and slack are over',
    async (state) => {
      const { run } = await messagesIn(state);
      const dueAt = Date.now() - SLACK_MS + 60_000;
      await database.pool.query('UPDATE message SET receipt_due_at = to_timestamp($2) WHERE run_id = $1', [
        run.runId,
        dueAt / 1_000,
      ]);
      expect(await sweep()).toEqual({ ...NOTHING, postponed: 1 });
      expect(await ledgerOf(run)).toMatchObject([
        { state, no_receipt: false, ended_at: null, look_at: new Date(dueAt + SLACK_MS) },
      ]);
      expect(await sweep()).toEqual(NOTHING);
    },
  );

  it('cancels a message that has waited until it was stale', async () => {
    const { run } = await messagesIn('queued');
    expect(await sweep()).toEqual({ ...NOTHING, toCancelled: 1 });
    expect(await ledgerOf(run)).toMatchObject([
      {
        state: 'cancelled',
        error: 'stale',
        no_receipt: false,
        look_at: null,
        ended_at: expect.any(Date) as Date,
      },
    ]);
  });

  it('takes no more than it is asked to, and each message once', async () => {
    const { run } = await messagesIn('accepted', true, 20);
    const results = await Promise.all(Array.from({ length: 6 }, () => sweep(3)));
    expect(Math.max(...results.map((result) => result.toNoReceipt))).toBeLessThanOrEqual(3);
    const first = results.reduce((sum, result) => sum + result.toNoReceipt, 0);
    const rest = await sweep();
    expect(first + rest.toNoReceipt).toBe(20);
    expect((await ledgerOf(run)).every((row) => row.no_receipt)).toBe(true);
  });

  it.each([
    ['accepted', 1],
    ['queued', 1],
    ['submitting', 0],
  ] as const)('tells the cohort when it has ended its last message (%s: %i)', async (state, hints) => {
    const { run } = await messagesIn(state);
    await armHint(database.pool, {
      ...run.cohort,
      actionId: 1,
      pass: 1,
      nodeId: 'send',
      early: false,
      firstMs: 1_000,
    });
    await sweep();
    expect((await takeDueHints(database.pool, 10, 1_000)).length).toBe(hints);
  });
});
