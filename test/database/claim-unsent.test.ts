import { randomUUID } from 'node:crypto';
import { claimUnsent, type RepeatClaim } from '../../database/claim-repeat.ts';
import { takeMessagesInDoubt, type MessageInDoubt } from '../../database/messages-in-doubt.ts';
import { sweepMessages } from '../../database/sweep-messages.ts';
import { claimScope, consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim, inDoubt, ledgerOf, record, unsent, RECORD_SCOPE } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;
let message: MessageInDoubt;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A message whose caller has said, after the grace of its claim, that it made no call. */
beforeEach(async () => {
  await database.pool.query('UPDATE message SET look_at = NULL');
  run = await launchRun(database.pool, { customers: consentingCustomers(1) });
  const { token, claimed } = await claim(run);
  await database.pool.query('UPDATE message SET look_at = now(), looks = 1 WHERE run_id = $1', [run.runId]);
  await sweepMessages(database.pool, { limit: 10, receiptSlackMs: RECORD_SCOPE.receiptSlackMs });
  await record(
    run,
    token,
    claimed.map(({ id }) => unsent(id, 0)),
  );
  const [taken] = await takeMessagesInDoubt(database.pool, 10, 0);
  if (!taken) throw new Error('What was not sent is not due.');
  message = taken;
});

function offer(token: string): Promise<RepeatClaim> {
  return claimUnsent(database.pool, {
    projectId: run.projectId,
    question: claimScope(run),
    message,
    terms: {
      token,
      claimGraceMs: 60_000,
      receiptDeadlineMs: 3_600_000,
      breakerProbeMs: { first: 30_000, last: 300_000 },
    },
  });
}

describe('a message that provably was not sent', () => {
  it('is claimed once, by whoever is first, as if it had never been offered before', async () => {
    expect(message.provablyUnsent).toBe(true);
    const before = Date.now();
    const claims = await Promise.all([1, 2, 3].map(() => offer(randomUUID())));
    expect(claims.map(({ kind }) => kind).sort()).toEqual(['claimed', 'gone', 'gone']);
    const [row] = await ledgerOf(run);
    expect(row).toMatchObject({ state: 'submitting', provably_unsent: false, looks: 0 });
    expect(row?.claimed_at?.getTime()).toBeGreaterThanOrEqual(before - 1_000);
  });

  it('is not claimed by who knows it from before it was offered, now that it is in doubt', async () => {
    const token = randomUUID();
    await offer(token);
    await record(run, token, [inDoubt(message.id)], { unsentState: 'unknown' });
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unknown', provably_unsent: false }]);
    expect(await offer(randomUUID())).toEqual({ kind: 'gone' });
  });
});
