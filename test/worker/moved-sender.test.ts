import { noteFailure } from '../../database/breakers.ts';
import type { IntegrationRef } from '../../providers/registry.ts';
import { lookUpMessages } from '../../worker/look-up.ts';
import { makeResends } from '../../worker/resend.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim, inDoubt, ledgerOf, record } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { TestStack } from '../support/test-stack.ts';
import { runUnresolved } from '../support/unresolved.ts';

const NO_PROBE = { first: 60_000, last: 60_000 };

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());
afterEach(async () => {
  await stack.database.pool.query('DELETE FROM breaker');
  await stack.database.pool.query('UPDATE message SET look_at = NULL');
});

/** Gives the sender of the run another integration than its messages have. @returns the new one's id */
async function moveSender({ pool, projectId }: LaunchedRun): Promise<string> {
  const { rows } = await pool.query<{ id: string }>(
    `WITH moved AS (
       INSERT INTO integration (project_id, key, provider, idempotent_ids)
       VALUES ($1, 'other', 'infobip', 'verified')
       ON CONFLICT (project_id, key) DO UPDATE SET provider = EXCLUDED.provider RETURNING id)
     UPDATE sender_profile SET sms_integration_id = moved.id FROM moved WHERE project_id = $1 RETURNING moved.id`,
    [projectId],
  );
  return rows[0]?.id ?? '';
}

/** A run whose message is in doubt and due for a repeat, at the integration that its sender had. */
async function runInDoubt(): Promise<{ readonly run: LaunchedRun; readonly otherId: string }> {
  const { pool } = stack.database;
  const run = await launchRun(pool, { customers: consentingCustomers(1) });
  const { token, claimed } = await claim(run);
  await record(
    run,
    token,
    claimed.map(({ id }) => inDoubt(id)),
  );
  await pool.query('UPDATE message SET looks = 1, look_at = now() WHERE run_id = $1', [run.runId]);
  return { run, otherId: await moveSender(run) };
}

const openBreaker = (integrationId: string): Promise<boolean> =>
  noteFailure(
    stack.database.pool,
    { integrationId, opensAt: 1, statusCode: '503', error: 'Down.' },
    NO_PROBE,
  );

describe('a message whose sender has another integration by now', () => {
  it('is repeated at its own, whatever ails the other one', async () => {
    const scripted = scriptedDependencies(stack.database.pool, 0);
    const { run, otherId } = await runInDoubt();
    await openBreaker(otherId);
    await lookUpMessages(scripted.deps);
    expect(await ledgerOf(run)).toMatchObject([{ state: 'accepted', attempts: 2 }]);
  });

  it('is not repeated while the breaker of its own is open', async () => {
    const scripted = scriptedDependencies(stack.database.pool, 0);
    const { run } = await runInDoubt();
    await openBreaker(run.integrationId);
    await lookUpMessages(scripted.deps);
    expect(scripted.called).toEqual([]);
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'unknown', error: 'repeat refused: breaker_open', attempts: 1 },
    ]);
  });

  it('can be sent again though nobody has configured the other one, and never leaves this machine by its own', async () => {
    const { run, ids } = await runUnresolved(stack.database.pool);
    await moveSender(run);
    const answer = await stack.api.call('POST', `/v1/messages/${ids[0] ?? ''}/resolve`, {
      action: 'resend',
      reason: 'never got it',
    });
    expect(answer.status).toBe(202);

    const scripted = scriptedDependencies(stack.database.pool, 0);
    scripted.deps.providers.isLocal = ({ id }: IntegrationRef) => id !== run.integrationId;
    await makeResends(scripted.deps);
    expect(scripted.called).toEqual([]);
    expect(await ledgerOf(run)).toMatchObject([
      { state: 'unresolved', error: 'repeat refused: not_in_allow_list' },
    ]);
  });
});
