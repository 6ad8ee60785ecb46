import type { OutcomeRecorder } from '../../activities/message/outcome-recorder.ts';
import { startMicroBatch, type StartedBatch } from '../../activities/message/micro-batch.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import type { MessageProvider, OutboundMessage } from '../../providers/provider.ts';
import {
  candidatesOf,
  claimScope,
  consentingCustomers,
  launchRun,
  newPhone,
} from '../support/launched-run.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { NO_INTEGRATION } from '../support/credentials.ts';
import { accepted, inDoubt, ledgerOf } from '../support/ledger.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** One micro-batch for everybody in the run, a call a message. */
function start({ deps }: Pick<ScriptedDependencies, 'deps'>, run: LaunchedRun): Promise<StartedBatch> {
  const provider = deps.providers.get(NO_INTEGRATION);
  return startMicroBatch(deps, provider, {
    scope: claimScope(run),
    candidates: candidatesOf(run),
    messagesPerCall: 1,
    areNew: true,
  });
}

describe('a micro-batch', () => {
  it('of which one outcome can not be recorded is over only when every call is', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(2) });
    const { deps } = scriptedDependencies(database.pool, 0);
    const answers: (() => void)[] = [];
    const provider = {
      reportUrl: () => 'http://127.0.0.1/webhooks',
      submit: (messages: readonly OutboundMessage[]) =>
        new Promise<readonly SubmitOutcome[]>((resolve) =>
          answers.push(() => resolve(messages.map(({ id }) => accepted(id)))),
        ),
    } as unknown as MessageProvider;
    const recorded: string[] = [];
    const outcomeRecorder = {
      record: (_month: number, { outcomes }: { outcomes: readonly SubmitOutcome[] }) => {
        recorded.push(...outcomes.map(({ messageId }) => messageId));
        return recorded.length === 1 ? Promise.reject(new Error('not recorded')) : Promise.resolve();
      },
    } as unknown as OutcomeRecorder;
    const { done } = await startMicroBatch({ ...deps, outcomeRecorder }, provider, {
      scope: claimScope(run),
      candidates: candidatesOf(run),
      messagesPerCall: 1,
      areNew: true,
    });
    let over = false;
    const end = done.catch((error: unknown) => error).finally(() => (over = true));
    answers[0]?.();
    await new Promise(setImmediate);
    expect([recorded.length, over]).toEqual([1, false]);
    answers[1]?.();
    expect(await end).toEqual(new Error('not recorded'));
    expect(recorded).toHaveLength(2);
  });

  it('whose claim loses a lock is claimed again: nothing has been called, and nobody is lost', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(2) });
    const scripted = scriptedDependencies(database.pool, 0);
    const other = await HeldLocks.take(
      database.pool,
      'SELECT FROM recipient WHERE id = $1 FOR NO KEY UPDATE',
      [run.members[0]?.recipientId],
    );
    const starting = start(scripted, run);
    await other.isWaitedFor();
    // A claim that waits has its run's lock: this one is got when the claim has been given up.
    await other.connection.query(`SET LOCAL lock_timeout = 0; SET LOCAL deadlock_timeout = '1min'`);
    await other.connection.query(`SELECT pg_advisory_xact_lock(hashtextextended('run ' || $1, 0))`, [
      run.runId,
    ]);
    expect(scripted.called).toEqual([]);
    await other.letGo();
    const { claim, done } = await starting;
    await done;
    expect(claim.claimed).toHaveLength(2);
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'accepted', attempts: 1 },
      { state: 'accepted', attempts: 1 },
    ]);
  });

  it('that was wrongly taken for new is claimed again: a household still gets one message, and is told of it', async () => {
    const run = await launchRun(database.pool, {
      customers: [...consentingCustomers(2, { phone: newPhone() }), ...consentingCustomers(1)],
    });
    const scripted = scriptedDependencies(database.pool, 0);
    const { claim, done } = await start(scripted, run);
    await done;
    expect([claim.claimed.length, claim.duplicateNumbers.length]).toEqual([2, 1]);
    expect((await ledgerOf(run)).map(({ state }) => state)).toEqual(['accepted', 'accepted']);
    const again = await start(scripted, run);
    await again.done;
    expect(again.claim.claimed).toEqual([]);
    expect(await ledgerOf(run)).toMatchObject([{ attempts: 1 }, { attempts: 1 }]);
    expect(scripted.called).toHaveLength(2);
  });

  it('is not held up by a provider that does not answer: its call ends when its time is over', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    const scripted = scriptedDependencies(database.pool, 0);
    const deps = { ...scripted.deps, timings: { ...scripted.deps.timings, callMs: 50 } };
    scripted.answerCall = (messages, { deadline }) =>
      new Promise((resolve) =>
        deadline.addEventListener('abort', () => resolve(messages.map(({ id }) => inDoubt(id)))),
      );
    await (
      await start({ ...scripted, deps }, run)
    ).done;
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unknown' }]);
  }, 10_000);
});
