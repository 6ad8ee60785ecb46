import { randomUUID } from 'node:crypto';
import { cancelQueued } from '../../database/cancel-queued.ts';
import { claimMessages } from '../../database/claim-messages.ts';
import { eraseCustomer } from '../../database/customers/erase-customer.ts';
import { closeWithoutReceipt } from '../../database/read-ledger.ts';
import { releaseClaim } from '../../database/release-claim.ts';
import { cancelRun } from '../../database/change-run.ts';
import type { MessageState } from '../../domain/states.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { candidatesOf, claimScope, consentingCustomers, launchRun } from '../support/launched-run.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, ledgerOf, record } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const MESSAGES = 8;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

interface Given {
  readonly run: LaunchedRun;
  readonly token: string;
  readonly ids: readonly string[];
}

/** A run whose messages lie in the table the other way round than they are to be locked. */
async function messagesIn(state: MessageState): Promise<Given> {
  const run = await launchRun(database.pool, { customers: consentingCustomers(MESSAGES) });
  const { token } = await claim(run);
  await database.pool.query(
    'UPDATE message SET state = $2, recipient_id = -member_index, retry_at = now() WHERE run_id = $1',
    [run.runId, state],
  );
  return { run, token, ids: (await ledgerOf(run)).map(({ id }) => id) };
}

const scopeOf = ({ month, cohort }: LaunchedRun): Parameters<typeof cancelQueued>[1] => ({
  month,
  cohortId: cohort.cohortId,
  leg: 0,
  actionId: 1,
  pass: 1,
});
const indexes = Array.from({ length: MESSAGES }, (_, i) => i);

const WORK: readonly (readonly [string, MessageState, (given: Given) => Promise<unknown>])[] = [
  ['the outcome of a call', 'submitting', ({ run, token, ids }) => record(run, token, ids.map(accepted))],
  [
    'a claim that is given back',
    'submitting',
    ({ run, token }) => releaseClaim(run.pool, scopeOf(run), token),
  ],
  [
    'a claim of messages that wait',
    'queued',
    ({ run }) => claimMessages(run.pool, claimScope(run), candidatesOf(run), { token: randomUUID() }),
  ],
  [
    'what the gate keeps in',
    'queued',
    ({ run }) =>
      cancelQueued(
        run.pool,
        scopeOf(run),
        indexes.map((memberIndex) => ({ memberIndex, reason: 'opted_out' })),
      ),
  ],
  ['the cancelling of a run', 'queued', ({ run }) => cancelRun(run.pool, run.runId, 'for a test')],
  ['a receipt deadline', 'accepted', ({ run }) => closeWithoutReceipt(run.pool, scopeOf(run), indexes)],
  [
    'an erasure',
    'accepted',
    async ({ run }) => {
      const customerId = run.members[0]?.customerId ?? '';
      await run.pool.query(
        `ALTER TABLE entry DROP CONSTRAINT IF EXISTS entry_month_run_id_customer_id_entry_key_key`,
      );
      await run.pool.query('UPDATE entry SET customer_id = $2 WHERE run_id = $1', [run.runId, customerId]);
      return eraseCustomer(run.pool, run.projectId, customerId);
    },
  ],
];

describe('messages are locked by recipient, as everybody locks them', () => {
  it.each(WORK)('by %s', async (_name, state, work) => {
    const given = await messagesIn(state);
    const { pool, runId } = given.run;
    const first = await HeldLocks.take(
      pool,
      'SELECT FROM message WHERE run_id = $1 ORDER BY recipient_id, id LIMIT 1 FOR NO KEY UPDATE',
      [runId],
    );
    const working = work(given);
    await first.isWaitedFor();
    // Whoever waits for the first has none of the others: they can be had at once.
    const { rowCount } = await first.connection.query(
      'SELECT FROM message WHERE run_id = $1 FOR NO KEY UPDATE NOWAIT',
      [runId],
    );
    expect(rowCount).toBe(MESSAGES);
    await first.letGo();
    await working;
  });
});
