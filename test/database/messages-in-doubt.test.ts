import { armHint, takeDueHints } from '../../database/hints.ts';
import { noteFailure, readOpenBreakers } from '../../database/breakers.ts';
import { claimRepeat } from '../../database/claim-repeat.ts';
import {
  markUnresolved,
  postponeLookUp,
  takeMessagesInDoubt,
  type MessageInDoubt,
} from '../../database/messages-in-doubt.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { claimScope, consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim, inDoubt, ledgerOf, record } from '../support/ledger.ts';
import { withClockAhead } from '../support/clock-ahead.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('UPDATE message SET look_at = NULL'));

/** A run whose only message is in doubt and due for a look-up. */
async function runInDoubt(count = 1): Promise<LaunchedRun> {
  const run = await launchRun(database.pool, { customers: consentingCustomers(count) });
  const { token, claimed } = await claim(run);
  await record(
    run,
    token,
    claimed.map(({ id }) => inDoubt(id)),
  );
  await database.pool.query('UPDATE message SET look_at = clock_timestamp() WHERE run_id = $1', [run.runId]);
  return run;
}

async function takeOne(): Promise<MessageInDoubt> {
  const [message] = await takeMessagesInDoubt(database.pool, 10, 60_000);
  if (!message) throw new Error('No message is due for a look-up.');
  return message;
}

describe('a message in doubt', () => {
  it('is taken by one at a time, with all that a look-up and a repeat need', async () => {
    const run = await runInDoubt();
    const taken = await Promise.all([1, 2, 3].map(() => takeMessagesInDoubt(database.pool, 10, 60_000)));
    expect(taken.flat()).toMatchObject([
      {
        runId: run.runId,
        cohortId: run.cohort.cohortId,
        memberIndex: 0,
        recipientId: run.members[0]?.recipientId,
        to: run.members[0]?.phone,
        channel: 'sms',
        sender: '12065550100',
        content: { text: 'Hi' },
        looks: 0,
        integrationId: run.integrationId,
      },
    ]);
    const [row] = await ledgerOf(run);
    expect(taken.flat()[0]?.claimedAt).toBe(row?.claimed_at?.getTime());
  });

  it('is taken again by somebody else once the lease is over', async () => {
    await runInDoubt();
    expect(await takeMessagesInDoubt(database.pool, 10, 0)).toHaveLength(1);
    expect(await takeMessagesInDoubt(database.pool, 10, 60_000)).toHaveLength(1);
    expect(await takeMessagesInDoubt(database.pool, 10, 60_000)).toHaveLength(0);
  });

  it('is taken together with no more than asked for', async () => {
    await runInDoubt(5);
    const counts = [3, 3, 3].map(
      async (limit) => (await takeMessagesInDoubt(database.pool, limit, 60_000)).length,
    );
    expect((await Promise.all(counts)).reduce((sum, count) => sum + count, 0)).toBe(5);
  });

  it('that somebody is at work on holds up no other: those are taken at once', async () => {
    const run = await runInDoubt(3);
    const one = 'SELECT FROM message WHERE run_id = $1 AND member_index = 1 FOR NO KEY UPDATE';
    const taken = await HeldLocks.during(database.pool, one, [run.runId], () =>
      takeMessagesInDoubt(database.pool, 10, 60_000),
    );
    expect(taken.map(({ memberIndex }) => memberIndex).sort()).toEqual([0, 2]);
  });

  it('is looked up next when its schedule says so, and says why meanwhile', async () => {
    const run = await runInDoubt();
    const message = await takeOne();
    const lookAtMs = Date.now() + 3_600_000;
    await postponeLookUp(database.pool, message, { looks: 3, lookAtMs, error: 'Not found.' });
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'unknown', looks: 3, look_at: new Date(lookAtMs), error: 'Not found.' },
    ]);
    await postponeLookUp(database.pool, message, { looks: 4, lookAtMs });
    expect(await ledgerOf(run)).toMatchObject([{ looks: 4, error: 'Not found.' }]);
  });

  it('is left alone by a look-up that comes too late: what is known meanwhile stays', async () => {
    const run = await runInDoubt();
    const message = await takeOne();
    await database.pool.query(`UPDATE message SET state = 'delivered', look_at = NULL WHERE id = $1`, [
      message.id,
    ]);
    await postponeLookUp(database.pool, message, { looks: 1, lookAtMs: Date.now() });
    await markUnresolved(database.pool, message);
    expect(await ledgerOf(run)).toMatchObject([{ state: 'delivered', looks: 0, look_at: null }]);
  });

  it('ends as unresolved when nobody can tell, and the cohort is told', async () => {
    const run = await runInDoubt();
    await armHint(database.pool, {
      ...run.cohort,
      actionId: 1,
      pass: 1,
      nodeId: 'send',
      early: false,
      firstMs: 1_000,
    });
    await markUnresolved(database.pool, await takeOne());
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'unresolved', look_at: null, ended_at: expect.any(Date) as Date },
    ]);
    expect(await takeDueHints(database.pool, 10, 1_000)).toMatchObject([
      { complete: true, states: { unresolved: 1 } },
    ]);
  });
});

describe('the repeat of a message in doubt', () => {
  const TOKEN = '3f0e1f0a-6f2b-4b55-9f5c-3c8a3a1f0d11';
  const repeat = (run: LaunchedRun, message: MessageInDoubt): ReturnType<typeof claimRepeat> =>
    claimRepeat(database.pool, {
      projectId: run.projectId,
      question: claimScope(run),
      message,
      terms: {
        token: TOKEN,
        claimGraceMs: 60_000,
        receiptDeadlineMs: 3_600_000,
        breakerProbeMs: { first: 30_000, last: 300_000 },
      },
    });

  afterEach(() => database.pool.query('DELETE FROM breaker'));

  /** Opens the breaker of the run's integration; its probe is due. */
  const openBreaker = async (run: LaunchedRun): Promise<void> => {
    const failure = { integrationId: run.integrationId, opensAt: 1, statusCode: '503', error: 'Down.' };
    await noteFailure(database.pool, failure, { first: 0, last: 60_000 });
  };

  it('of a message that is settled by now spends no probe of an open breaker', async () => {
    const run = await runInDoubt();
    const message = await takeOne();
    await openBreaker(run);
    await database.pool.query(`UPDATE message SET state = 'delivered', look_at = NULL WHERE id = $1`, [
      message.id,
    ]);
    expect(await repeat(run, message)).toEqual({ kind: 'gone' });
    expect(await readOpenBreakers(database.pool, run.projectId)).toMatchObject([{ probes: 0 }]);
  });

  it('that finds the probe taken changes nothing', async () => {
    const run = await runInDoubt(2);
    const messages = await takeMessagesInDoubt(database.pool, 2, 60_000);
    await openBreaker(run);
    const claims = await Promise.all(messages.map((message) => repeat(run, message)));
    expect(claims.map(({ kind }) => kind).sort()).toEqual(['claimed', 'refused']);
    expect((await ledgerOf(run)).filter(({ state }) => state === 'unknown')).toMatchObject([
      { attempts: 1, looks: 0 },
    ]);
    expect(await readOpenBreakers(database.pool, run.projectId)).toMatchObject([{ probes: 1 }]);
  });

  it('that finds the probe taken is due again by the clock of the database, not by that of its process', async () => {
    const run = await runInDoubt(2);
    const messages = await takeMessagesInDoubt(database.pool, 2, 60_000);
    await openBreaker(run);
    const claims = await withClockAhead(3_600_000, () =>
      Promise.all(messages.map((message) => repeat(run, message))),
    );
    const [refused] = claims.filter((one) => one.kind === 'refused');
    const { takenAt = 0 } = messages[0] ?? {};
    expect(refused?.until).toBeGreaterThan(takenAt);
    expect(refused?.until).toBeLessThan(takenAt + 600_000);
  });

  it('is a claim of the same message under a new token', async () => {
    const run = await runInDoubt();
    const message = await takeOne();
    expect(await repeat(run, message)).toMatchObject({ kind: 'claimed' });
    expect(await ledgerOf(run)).toMatchObject([
      { id: message.id, state: 'submitting', claim_token: TOKEN, attempts: 2 },
    ]);
  });

  it('is made by one only', async () => {
    const run = await runInDoubt();
    const message = await takeOne();
    const kinds = await Promise.all([repeat(run, message), repeat(run, message)]);
    expect(kinds.map(({ kind }) => kind).sort()).toEqual(['claimed', 'gone']);
  });

  it.each([
    [
      'the number has opted out',
      'opted_out',
      'UPDATE recipient SET opted_out_at = now() WHERE id = (SELECT recipient_id FROM message WHERE run_id = $1)',
    ],
    [
      'the consent is revoked',
      'consent_revoked',
      `UPDATE consent SET state = 'revoked' WHERE customer_id = (SELECT customer_id FROM message WHERE run_id = $1)`,
    ],
    ['the run is cancelled', 'run_cancelled', `UPDATE run SET state = 'cancelled' WHERE id = $1`],
    ['the run is paused', 'run_paused', `UPDATE run SET state = 'paused' WHERE id = $1`],
  ])('is not made when %s', async (_, reason, sql) => {
    const run = await runInDoubt();
    await database.pool.query(sql, [run.runId]);
    expect(await repeat(run, await takeOne())).toEqual({ kind: 'refused', reason });
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unknown', attempts: 1 }]);
  });

  it('is still made when the run has finished otherwise', async () => {
    const run = await runInDoubt();
    await database.pool.query(`UPDATE run SET state = 'finished' WHERE id = $1`, [run.runId]);
    expect(await repeat(run, await takeOne())).toMatchObject({ kind: 'claimed' });
  });

  it('awaits its receipt as long as the first offer did, however often it is made', async () => {
    const run = await runInDoubt();
    const message = await takeOne();
    for (let i = 0; i < 3; i += 1) {
      await database.pool.query(
        `UPDATE message SET state = 'unknown', claimed_at = claimed_at - interval '10 minutes',
           receipt_due_at = receipt_due_at - interval '10 minutes' WHERE id = $1`,
        [message.id],
      );
      await repeat(run, message);
      const [row] = await ledgerOf(run);
      expect(Math.round(((row?.receipt_due_at?.getTime() ?? 0) - Date.now()) / 60_000)).toBe(60);
    }
  });
});
