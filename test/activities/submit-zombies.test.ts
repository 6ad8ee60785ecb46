import { claimRepeat } from '../../database/claim-repeat.ts';
import { takeMessagesInDoubt } from '../../database/messages-in-doubt.ts';
import { sweepMessages } from '../../database/sweep-messages.ts';
import type { SubmitResult } from '../../domain/effects.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import { readIntegration } from '../../database/read-integration.ts';
import { lookUpMessages } from '../../worker/look-up.ts';
import { offerUnsent } from '../../worker/repeat.ts';
import { eventually } from '../support/eventually.ts';
import { claimScope, consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, inDoubt, ledgerOf, record, rejected } from '../support/ledger.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.pool.query('UPDATE message SET look_at = NULL');
  await database.pool.query('DELETE FROM breaker');
  await database.pool.query(`UPDATE integration SET idempotent_ids = 'verified'`);
  scripted = scriptedDependencies(database.pool);
  run = await launchRun(database.pool, { customers: consentingCustomers(2) });
});
afterEach(() => scripted.deps.renderPool.close());

/** A worker that is frozen in the midst of its calls, until it is thawed with what they come to. */
async function frozenWorker(): Promise<(outcome: (id: string) => SubmitOutcome) => Promise<SubmitResult>> {
  const zombie = scriptedDependencies(database.pool);
  const thawed: ((outcome: (id: string) => SubmitOutcome) => void)[] = [];
  zombie.answerCall = (messages) =>
    new Promise((resolve) => thawed.push((outcome) => resolve(messages.map(({ id }) => outcome(id)))));
  const submitting = submitAll(zombie, run);
  await eventually(() => thawed.length === run.members.length);
  return async (outcome) => {
    for (const thaw of thawed) thaw(outcome);
    const result = await submitting;
    zombie.deps.renderPool.close();
    return result;
  };
}

const late = (messageId: string): SubmitOutcome => ({
  kind: 'unsent',
  messageId,
  cause: 'late',
  retryAfterMs: null,
  statusCode: 'late',
  error: 'The call could not be started in time and was not made.',
});

const lookUpIsDue = (): Promise<unknown> =>
  database.pool.query(`UPDATE message SET look_at = now() WHERE state = 'unknown' AND run_id = $1`, [
    run.runId,
  ]);

const graceIsOver = (): Promise<unknown> =>
  database.pool.query(`UPDATE message SET look_at = now() WHERE state = 'submitting' AND run_id = $1`, [
    run.runId,
  ]);

describe('a message that another attempt has claimed', () => {
  it('is left alone until the grace of that claim is over, and waited for', async () => {
    await claim(run, { claimGraceMs: 60_000 });
    const [row] = await ledgerOf(run);
    const result = await submitAll(scripted, run);
    expect(scripted.called).toEqual([]);
    expect(result).toMatchObject({ outcomes: [], queued: [], inDoubt: { members: '03' } });
    expect(result.inDoubt?.lookAt).toBeGreaterThanOrEqual(row?.look_at?.getTime() ?? Infinity);
  });

  it('is in doubt after that grace, and still nobody offers it again for the visit', async () => {
    await claim(run);
    await graceIsOver();
    await sweepMessages(database.pool, { limit: 100, receiptSlackMs: 300_000 });
    const result = await submitAll(scripted, run);
    expect(scripted.called).toEqual([]);
    expect(result).toMatchObject({ outcomes: [{ outcome: 'unknown', members: '03' }], inDoubt: null });
  });
});

describe('a worker that was frozen in the midst of its calls', () => {
  it('is believed when it wakes after its grace and nobody has claimed its messages since', async () => {
    const thaw = await frozenWorker();
    await graceIsOver();
    await sweepMessages(database.pool, { limit: 100, receiptSlackMs: 300_000 });
    expect(await thaw(accepted)).toMatchObject({ outcomes: [{ outcome: 'accepted', members: '03' }] });
    expect(await ledgerOf(run)).toMatchObject([{ state: 'accepted' }, { state: 'accepted' }]);
  });

  it('changes nothing once somebody else has claimed them again', async () => {
    const thaw = await frozenWorker();
    await graceIsOver();
    await sweepMessages(database.pool, { limit: 100, receiptSlackMs: 300_000 });
    const terms = {
      token: '3f0e1f0a-6f2b-4b55-9f5c-3c8a3a1f0d11',
      claimGraceMs: 60_000,
      receiptDeadlineMs: 3_600_000,
      breakerProbeMs: { first: 30_000, last: 300_000 },
    };
    for (const message of await takeMessagesInDoubt(database.pool, 10, 60_000))
      await claimRepeat(database.pool, {
        projectId: run.projectId,
        question: claimScope(run),
        message,
        terms,
      });
    await thaw(rejected);
    const claimed = { state: 'submitting', claim_token: terms.token, attempts: 2 };
    expect(await ledgerOf(run)).toMatchObject([claimed, claimed]);
  });

  it('makes no call that could not start in time, and what it had claimed is offered again at once', async () => {
    let window: { readonly startBy: number } | undefined;
    const claimedAfter = performance.now();
    scripted.answerCall = (messages, given) => {
      window = given;
      return Promise.resolve(messages.map(({ id }) => late(id)));
    };
    await submitAll(scripted, run);
    const { callStartMs } = scripted.deps.timings;
    expect(window?.startBy).toBeGreaterThan(claimedAfter);
    expect(window?.startBy).toBeLessThanOrEqual(performance.now() + callStartMs);
    expect(await ledgerOf(run)).toMatchObject([{ state: 'queued' }, { state: 'queued' }]);
    await database.pool.query('UPDATE message SET retry_at = now()');
    scripted.answerCall = (messages) => Promise.resolve(messages.map(({ id }) => accepted(id)));
    await submitAll(scripted, run);
    expect(await ledgerOf(run)).toMatchObject([{ state: 'accepted' }, { state: 'accepted' }]);
  });

  it.each(['verified', 'assumed'])(
    'and made no call though its grace was over is believed: its messages leave once, with ids that are %s',
    async (idempotentIds) => {
      await database.pool.query('UPDATE integration SET idempotent_ids = $2 WHERE id = $1', [
        run.integrationId,
        idempotentIds,
      ]);
      const thaw = await frozenWorker();
      await graceIsOver();
      await sweepMessages(database.pool, {
        limit: 100,
        receiptSlackMs: scripted.deps.timings.receiptSlackMs,
      });
      await thaw(late);
      const proven = { state: 'unknown', provably_unsent: true, status_code: 'late' };
      expect(await ledgerOf(run)).toMatchObject([proven, proven]);
      await lookUpIsDue();
      await Promise.all([1, 2, 3].map(() => lookUpMessages(scripted.deps)));
      const sent = { state: 'accepted', provably_unsent: false, attempts: 2, looks: 0 };
      expect(await ledgerOf(run)).toMatchObject([sent, sent]);
      expect(scripted.called).toHaveLength(2);
    },
  );

  it('and made no call is not believed for what was offered again before it: that stays in doubt', async () => {
    const thaw = await frozenWorker();
    await graceIsOver();
    await sweepMessages(database.pool, { limit: 100, receiptSlackMs: scripted.deps.timings.receiptSlackMs });
    // Looked up twice in vain and repeated under its id, and nobody can tell what came of that.
    await database.pool.query('UPDATE message SET looks = 1 WHERE run_id = $1', [run.runId]);
    await lookUpIsDue();
    scripted.answer = inDoubt;
    await lookUpMessages(scripted.deps);
    expect(scripted.called).toHaveLength(2);
    await thaw(late);
    const doubted = { state: 'unknown', provably_unsent: false, status_code: 'timeout' };
    expect(await ledgerOf(run)).toMatchObject([doubted, doubted]);
  });

  it('and made no call has its messages offered by one process only, however old the others know them', async () => {
    const thaw = await frozenWorker();
    await graceIsOver();
    await sweepMessages(database.pool, { limit: 100, receiptSlackMs: scripted.deps.timings.receiptSlackMs });
    await thaw(late);
    await lookUpIsDue();
    // One process takes them and sleeps; another one takes them once that lease is over, and its calls are in doubt.
    const asleep = await takeMessagesInDoubt(database.pool, 10, 0);
    scripted.answer = inDoubt;
    await lookUpMessages(scripted.deps);
    expect(scripted.called).toHaveLength(2);
    const { integrationId } = run;
    const integration = await readIntegration(database.pool, integrationId);
    for (const message of asleep) if (integration) await offerUnsent(scripted.deps, integration, message);
    expect(asleep).toMatchObject([{ provablyUnsent: true }, { provablyUnsent: true }]);
    expect(scripted.called).toHaveLength(2);
  });

  it('and made no call for a repeat proves nothing of the first call', async () => {
    const { token, claimed } = await claim(run);
    await record(
      run,
      token,
      claimed.map(({ id }) => inDoubt(id)),
    );
    await database.pool.query('UPDATE message SET looks = 1 WHERE run_id = $1', [run.runId]);
    await lookUpIsDue();
    scripted.answer = late;
    await lookUpMessages(scripted.deps);
    const doubted = { state: 'unknown', provably_unsent: false, status_code: 'late', attempts: 2 };
    expect(await ledgerOf(run)).toMatchObject([doubted, doubted]);
  });
});
