import type { SubmitOutcome } from '../../domain/outcome.ts';
import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, eventsOf, ledgerOf, receiptOf, receive, record } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** Records what the provider says of a run's only message. */
async function answered(outcome: (messageId: string) => SubmitOutcome): Promise<LaunchedRun> {
  const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
  const { token, claimed } = await claim(run);
  await record(
    run,
    token,
    claimed.map(({ id }) => outcome(id)),
  );
  return run;
}

async function textsOf(run: LaunchedRun): Promise<readonly (string | null)[]> {
  const { rows } = await database.pool.query<{ error: string | null }>(
    'SELECT error FROM submission WHERE message_ids && ARRAY(SELECT id FROM message WHERE run_id = $1)',
    [run.runId],
  );
  return [...(await ledgerOf(run)), ...(await eventsOf(run)), ...rows].map(({ error }) => error);
}

const refused =
  (error: string) =>
  (messageId: string): SubmitOutcome => ({
    kind: 'rejected',
    messageId,
    statusCode: 'BAD\0_REQUEST',
    error,
    errorClass: 'permanent',
  });

describe('an answer of the provider', () => {
  it('is recorded also with what PostgreSQL stores in no text', async () => {
    const run = await answered(refused('a\0b \ud800c'));
    expect(await textsOf(run)).toEqual(Array(3).fill('a\ufffdb \ufffdc'));
    expect(await ledgerOf(run)).toMatchObject([{ state: 'rejected', status_code: 'BAD\ufffd_REQUEST' }]);
    const other = await answered(
      (messageId) => ({ ...accepted(messageId), providerMessageId: 'x\0' }) as never,
    );
    expect(await ledgerOf(other)).toMatchObject([{ state: 'accepted', provider_message_id: 'x\ufffd' }]);
  });

  it('is kept without the number that it names, wherever it is kept', async () => {
    const run = await answered(refused('to: 12065550123 is invalid (+12065550123)'));
    expect(await textsOf(run)).toEqual(Array(3).fill('to: [number] is invalid ([number])'));
  });

  it.each([99_999_999_999_999_000, Number.POSITIVE_INFINITY])(
    'that puts a message off by %d ms puts it off by an hour',
    async (retryAfterMs) => {
      const run = await answered((messageId) => ({
        kind: 'unsent',
        messageId,
        cause: 'throttled',
        retryAfterMs,
        statusCode: '429',
        error: 'Slow down.',
      }));
      const [row] = await ledgerOf(run);
      expect(row?.state).toBe('queued');
      expect(Math.round(((row?.retry_at?.getTime() ?? 0) - Date.now()) / 60_000)).toBe(60);
    },
  );
});

describe('a delivery report', () => {
  it('is kept without the number that it names', async () => {
    const run = await answered(accepted);
    const [message] = await ledgerOf(run);
    await receive(run, receiptOf(message?.id ?? '', 'failed', { error: 'No handset at 12065550123.' }));
    await foldPendingReceipts(database.pool, { limit: 10, receiptSlackMs: 0 });
    const texts = (await textsOf(run)).filter((text) => text !== null);
    expect(texts).toEqual(Array(2).fill('No handset at [number].'));
  });
});
