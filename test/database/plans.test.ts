import { randomUUID } from 'node:crypto';
import { cancelQueued } from '../../database/cancel-queued.ts';
import { takeDueHints } from '../../database/hints.ts';
import { countMessages } from '../../database/message-cap.ts';
import { takeMessagesInDoubt } from '../../database/messages-in-doubt.ts';
import { closeWithoutReceipt, type LedgerScope } from '../../database/read-ledger.ts';
import { takeReceipts } from '../../database/receipt-inbox.ts';
import { releaseClaim } from '../../database/release-claim.ts';
import { finishRun } from '../../database/run-life.ts';
import { sweepMessages } from '../../database/sweep-messages.ts';
import { inTransaction } from '../../database/transaction.ts';
import { claimScope, consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, receiptOf, receive, record } from '../support/ledger.ts';
import { copyRow, planOf } from '../support/plan-of.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const MESSAGES = 5_000;

let database: TestDatabase;
let run: LaunchedRun;
let messageId: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  run = await launchRun(pool, { customers: consentingCustomers(1) });
  const { claimed } = await claim(run);
  messageId = claimed[0]?.id ?? '';
  await receive(run, receiptOf(messageId, 'delivered'));
  // A large run that is all but over; nothing is due for a while.
  await pool.query(
    `UPDATE message SET state = 'accepted', look_at = now() + interval '1 hour';
     UPDATE receipt SET fold_at = now() + interval '1 hour';
     UPDATE cohort SET finished_at = now()`,
  );
  await copyRow(pool, MESSAGES, 'message', {
    id: 'gen_random_uuid()',
    recipient_id: '-i',
    cohort_id: '-i',
    ended_at: 'now()',
    look_at: `now() + make_interval(mins => i)`,
  });
  await copyRow(pool, MESSAGES, 'receipt', {
    event_key: 'i::text',
    fold_at: 'now() + make_interval(mins => i)',
  });
  await pool.query(
    `INSERT INTO hint (cohort_id, action_id, pass, month, node_id, early, dirty, due_at, interval_ms)
     SELECT i, 1, 1, $2, 'send', true, true, now() + make_interval(mins => i), 1000 FROM generate_series(1, $1) AS i`,
    [MESSAGES, run.month],
  );
  await pool.query('ANALYZE');
});
afterAll(() => database.drop());

describe('a look for what is due', () => {
  it.each([
    [
      'look_at',
      'the sweep of messages',
      'no_receipt = state',
      () => sweepMessages(database.pool, { limit: 100, receiptSlackMs: 300_000 }),
    ],
    [
      'look_at',
      'the look-up of messages in doubt',
      'taken_at',
      () => takeMessagesInDoubt(database.pool, 50, 60_000),
    ],
    [
      'fold_at',
      'the inbox of receipts',
      'FROM receipt',
      () => inTransaction(database.pool, (connection) => takeReceipts(connection, { limit: 100 })),
    ],
    ['due_at', 'the hints', 'UPDATE hint', () => takeDueHints(database.pool, 25, 15_000)],
  ])('by %s reads no more than what is due: %s', async (column, _name, part, work) => {
    expect(await planOf(database.pool, part, work)).toMatch(new RegExp(`Index Cond: \\(${column} <= `));
  });
});

describe('a large run is not walked', () => {
  const scope = (): LedgerScope => ({ ...run.cohort, actionId: 1, pass: 1, leg: 0 });
  it.each<[string, string, () => Promise<unknown>]>([
    ['to see whether a message is open', 'open_messages', () => finishRun(database.pool, run.runId, false)],
    [
      'to count what a number has got lately',
      'counted.count',
      () =>
        countMessages(
          database.pool,
          { messages: 4, window: '30d' },
          claimScope(run),
          run.members.map((member) => ({ ...member, occasion: 'launch' })),
        ),
    ],
    ['to give a claim back', 'claim_token', () => releaseClaim(database.pool, scope(), randomUUID())],
    ['to record what came of a call', 'held', () => record(run, randomUUID(), [accepted(messageId)])],
    [
      'to end what the gate keeps in',
      'waiting',
      () => cancelQueued(database.pool, scope(), [{ memberIndex: 0, reason: 'opted_out' }]),
    ],
    [
      'to close what has no receipt',
      'no_receipt = true',
      () => closeWithoutReceipt(database.pool, scope(), [1]),
    ],
  ])('%s', async (_name, part, work) => {
    const plan = await planOf(database.pool, part, work);
    expect(plan).toContain(` on message_${run.month} `);
    expect(plan).not.toContain(`Seq Scan on message_${run.month} `);
    expect(plan).not.toMatch(new RegExp(`on message_${run.month} message(_\\d+)?\\n\\s+Filter`));
  });
});
