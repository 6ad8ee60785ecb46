import { decideMessage, readDecidedMessage } from '../../database/decide-message.ts';
import { armHint, takeDueHints } from '../../database/hints.ts';
import { markUnresolved, takeMessagesInDoubt } from '../../database/messages-in-doubt.ts';
import { readIntegration } from '../../database/read-integration.ts';
import type { IdempotentIds } from '../../domain/idempotent-ids.ts';
import { repeatMessage } from '../../worker/repeat.ts';
import { makeResends } from '../../worker/resend.ts';
import { claimScope, consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim, eventsOf, inDoubt, ledgerOf, record, rejected } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function runInDoubt(idempotentIds: IdempotentIds = 'verified'): Promise<LaunchedRun> {
  await database.pool.query('UPDATE message SET look_at = NULL');
  const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
  await database.pool.query('UPDATE integration SET idempotent_ids = $2 WHERE id = $1', [
    run.integrationId,
    idempotentIds,
  ]);
  const { token, claimed } = await claim(run);
  await record(
    run,
    token,
    claimed.map(({ id }) => inDoubt(id)),
    { firstLookUpMs: 0 },
  );
  return run;
}

async function giveUpAndResend(run: LaunchedRun): Promise<void> {
  const { pool } = database;
  for (const message of await takeMessagesInDoubt(pool, 1, 60_000)) {
    await markUnresolved(pool, message);
    const decided = await readDecidedMessage(pool, run.projectId, run.month, message.id);
    if (!decided) throw new Error('There is nothing to decide about.');
    const input = { action: 'resend', reason: 'lost', actor: 'test', gate: claimScope(run) } as const;
    await decideMessage(pool, decided, input);
  }
}

describe('a message in doubt that is offered again and refused', () => {
  it('has ended, and its cohort is told so: it need not wait for a receipt until the deadline', async () => {
    const run = await runInDoubt();
    await armHint(database.pool, {
      ...run.cohort,
      actionId: 1,
      pass: 1,
      nodeId: 'send',
      early: false,
      firstMs: 1_000,
    });
    const [message] = await takeMessagesInDoubt(database.pool, 1, 60_000);
    const integration = await readIntegration(database.pool, run.integrationId);
    if (!message || !integration) throw new Error('There is nothing to repeat.');

    const scripted = scriptedDependencies(database.pool, 0);
    scripted.answer = rejected;
    expect(await repeatMessage(scripted.deps, integration, message, Date.now() + 60_000)).toEqual({
      kind: 'made',
    });
    expect(await ledgerOf(run)).toMatchObject([{ state: 'rejected', ended_at: expect.any(Date) as Date }]);
    expect(await takeDueHints(database.pool, 10, 1_000)).toMatchObject([{ complete: true, ended: [0] }]);
  });

  it('stays in doubt where known ids may be taken for new ones: the refusal says nothing of the first offer', async () => {
    const run = await runInDoubt('assumed');
    const [message] = await takeMessagesInDoubt(database.pool, 1, 60_000);
    const integration = await readIntegration(database.pool, run.integrationId);
    if (!message || !integration) throw new Error('There is nothing to repeat.');

    const scripted = scriptedDependencies(database.pool, 0);
    scripted.answer = rejected;
    const nextLookUpAt = message.claimedAt + 3_600_000;
    await repeatMessage(scripted.deps, integration, message, nextLookUpAt);
    expect(await ledgerOf(run)).toMatchObject([
      {
        state: 'unknown',
        looks: 1,
        status_code: '400',
        error: 'Bad sender.',
        look_at: new Date(nextLookUpAt),
      },
    ]);
    expect(await eventsOf(run)).toEqual([]);
  });
});

describe('an unresolved message that is sent again and refused', () => {
  it('is unresolved as before, says why, and is not offered again unless somebody wants it', async () => {
    const run = await runInDoubt('assumed');
    await giveUpAndResend(run);
    const scripted = scriptedDependencies(database.pool, 0);
    scripted.answer = rejected;
    await makeResends(scripted.deps);
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'unresolved', status_code: '400', error: 'Bad sender.', error_class: null, look_at: null },
    ]);
    expect((await ledgerOf(run))[0]?.ended_at).toEqual(expect.any(Date));
    expect(await eventsOf(run)).toEqual([]);
    await makeResends(scripted.deps);
    expect(scripted.called).toHaveLength(1);
  });

  it('is rejected where a known id is refused before anything else: it had not been taken', async () => {
    const run = await runInDoubt();
    await giveUpAndResend(run);
    const scripted = scriptedDependencies(database.pool, 0);
    scripted.answer = rejected;
    await makeResends(scripted.deps);
    expect(await ledgerOf(run)).toMatchObject([{ state: 'rejected', status_code: '400' }]);
    expect(await eventsOf(run)).toMatchObject([{ status: 'enqueue_failed' }]);
  });
});
