import { PermanentError } from '../../domain/errors.ts';
import { makeFallbacks } from '../../worker/fallbacks.ts';
import { acceptedMms, launchFallbackRun, tooLarge } from '../support/fallback-run.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { guardLedger } from '../support/ledger-guard.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;
let mms = '';

beforeAll(async () => {
  database = await createTestDatabase(20);
  await guardLedger(database.pool);
  scripted = scriptedDependencies(database.pool, 1);
});
afterAll(async () => {
  scripted.deps.renderPool.close();
  await database.drop();
});
beforeEach(async () => {
  await query(
    'UPDATE message SET ended_at = coalesce(ended_at, now()), fallback_at = NULL WHERE fallback_at IS NOT NULL',
  );
  scripted.called.length = 0;
  run = await launchFallbackRun(database.pool, 1);
  [mms = ''] = await acceptedMms(run);
  await tooLarge(run, mms);
});

const query = (sql: string, ...values: unknown[]): Promise<unknown> => database.pool.query(sql, values);

async function makeNow(): Promise<void> {
  await query(`UPDATE message SET fallback_at = now() WHERE fallback_at IS NOT NULL`);
  await makeFallbacks(scripted.deps, () => false);
}

/** The next question for the provider meets this. */
function providerFailsOnce(code: string): void {
  const { providers } = scripted.deps;
  const get = providers.get.bind(providers);
  providers.get = () => {
    providers.get = get;
    throw new PermanentError(code, 'Mend it.');
  };
}

async function rows(): Promise<readonly object[]> {
  const found = await database.pool.query<object>(
    `SELECT leg, state, fallback, fallback_refusal, ended_at IS NOT NULL AS ended FROM message
     WHERE run_id = $1 ORDER BY leg`,
    [run.runId],
  );
  return found.rows;
}

const WAITS = { leg: 0, state: 'failed', fallback: 'engine', fallback_refusal: null, ended: false };
const refused = (reason: string): object => ({ fallback: 'refused', fallback_refusal: reason, ended: true });

describe('the SMS in place of an MMS', () => {
  it.each(['credentials_key_missing', 'credentials_unreadable', 'integration_not_configured'])(
    'waits while its integration can not be used (%s), and is sent once it can',
    async (code) => {
      providerFailsOnce(code);
      await makeNow();
      expect(await rows()).toEqual([WAITS]);
      await makeNow();
      expect(await rows()).toMatchObject([{ fallback: 'made' }, { leg: 1, state: 'accepted' }]);
    },
  );

  it('waits while its sender has no integration for SMS, and is sent once it has one', async () => {
    await query('UPDATE sender_profile SET sms_integration_id = NULL WHERE id = $1', run.senderId);
    await makeNow();
    expect(await rows()).toEqual([WAITS]);
    await query(
      'UPDATE sender_profile SET sms_integration_id = $2 WHERE id = $1',
      run.senderId,
      run.integrationId,
    );
    await makeNow();
    expect(await rows()).toMatchObject([{ fallback: 'made' }, { leg: 1, state: 'accepted' }]);
  });

  it('waits for its settings until it is stale, and no longer', async () => {
    await query(
      `UPDATE message SET receipt_at = now() - interval '5 hours', receipt_due_at = now() - interval '1 minute'
       WHERE id = $1`,
      mms,
    );
    providerFailsOnce('integration_not_configured');
    await makeNow();
    expect(await rows()).toMatchObject([refused('stale')]);
  });

  it('does not wait for its settings in a run that is cancelled', async () => {
    await query(`UPDATE run SET state = 'cancelled' WHERE id = $1`, run.runId);
    await query('UPDATE sender_profile SET sms_integration_id = NULL WHERE id = $1', run.senderId);
    await makeNow();
    expect(await rows()).toMatchObject([refused('run_cancelled')]);
  });

  it('is refused where its version has no node for it', async () => {
    await query('UPDATE message SET action_id = 99 WHERE id = $1', mms);
    await makeNow();
    expect(await rows()).toMatchObject([refused('no_message_node')]);
  });
});
