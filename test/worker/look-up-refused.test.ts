import { createLog } from '../../config/log.ts';
import type { Dependencies } from '../../activities/dependencies.ts';
import { readOpenBreakers, type OpenBreaker } from '../../database/breakers.ts';
import type { Pool } from '../../database/pool.ts';
import { readIntegration } from '../../database/read-integration.ts';
import type { IdempotentIds } from '../../domain/idempotent-ids.ts';
import { TransientError } from '../../domain/errors.ts';
import { closeDependencies, createDependencies } from '../../worker/dependencies.ts';
import { lookUpMessages } from '../../worker/look-up.ts';
import type { MessageProvider } from '../../providers/provider.ts';
import { LookupRefusedError } from '../../providers/lookup-refused-error.ts';
import { runInDoubt } from '../support/in-doubt.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { ledgerOf } from '../support/ledger.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let deps: Dependencies;
let run: LaunchedRun;

beforeAll(async () => {
  // The provider has another key than ours.
  stack = await TestStack.start({ engine: false, simulator: { apiKey: 'rotated' } });
});
afterAll(() => stack.stop());

beforeEach(async () => {
  const { config, database } = stack;
  deps = createDependencies({ config, log: createLog('test', 'silent'), pool: database.pool });
  await database.pool.query('DELETE FROM breaker');
  await database.pool.query('UPDATE message SET look_at = NULL');
  ({ run } = await runInDoubt(database.pool));
  await trustIds('verified');
});
afterEach(() => closeDependencies(deps));

const NOT_ASKED = 'The provider could not be asked.';

const pool = (): Pool => stack.database.pool;

const trustIds = (trust: IdempotentIds): Promise<unknown> =>
  pool().query('UPDATE integration SET idempotent_ids = $2 WHERE id = $1', [run.integrationId, trust]);

async function lookUp(): Promise<void> {
  await stack.database.pool.query('UPDATE message SET look_at = now() WHERE run_id = $1', [run.runId]);
  await lookUpMessages(deps);
}

async function adapter(): Promise<MessageProvider> {
  const integration = await readIntegration(pool(), run.integrationId);
  if (!integration) throw new Error('There is no integration.');
  return deps.providers.get(integration);
}

const openBreakers = (): Promise<readonly OpenBreaker[]> =>
  readOpenBreakers(stack.database.pool, run.projectId);

describe('a look-up that the provider refuses', () => {
  it('for the key opens the breaker of its integration at once, and costs the message no look-up', async () => {
    await lookUp();
    expect(await openBreakers()).toMatchObject([{ integration: 'infobip', statusCode: 'E401' }]);
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unknown', looks: 0 }]);
    const { body } = await stack.api.call<{ integrations: object[] }>('GET', '/v1/integrations');
    expect(body.integrations).toMatchObject([{ key: 'infobip', breaker: { statusCode: 'E401' } }]);
  });

  it('for the key for ever costs look-ups once the message is stale, and leaves it to an operator', async () => {
    const { length: lookUps } = deps.timings.lookUpMs;
    for (let i = 0; i < 2 * lookUps; i += 1) await lookUp();
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unknown', looks: 0 }]);
    await pool().query('UPDATE message SET stale_at = now() WHERE run_id = $1', [run.runId]);
    for (let i = 0; i < lookUps; i += 1) await lookUp();
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unresolved', attempts: 1 }]);
  });

  it('for want of a permission is a miss: it opens no breaker, and an operator decides in the end', async () => {
    await trustIds('assumed');
    (await adapter()).lookup = () => Promise.reject(new LookupRefusedError('E403', 'Forbidden', false));
    for (let i = 0; i < 10; i += 1) {
      await pool().query('UPDATE message SET looks = 0 WHERE run_id = $1', [run.runId]);
      await lookUp();
      expect(await ledgerOf(run)).toMatchObject([{ state: 'unknown', looks: 1, error: NOT_ASKED }]);
    }
    expect(await openBreakers()).toEqual([]);
    for (let i = 1; i < deps.timings.lookUpMs.length; i += 1) await lookUp();
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unresolved', attempts: 1, error: NOT_ASKED }]);
  });
});

describe('a look-up that fails after the gate has refused a repeat', () => {
  it('leaves the refusal in the row, which says in the end why nobody could find out', async () => {
    let answers = true;
    (await adapter()).lookup = (references) =>
      answers
        ? Promise.resolve(references.map(({ messageId }) => ({ kind: 'missing', messageId })))
        : Promise.reject(new TransientError('lookup_failed', 'Too many requests.'));
    const refused = { error: 'repeat refused: opted_out' };
    await pool().query(
      `UPDATE recipient SET opted_out_at = now() WHERE id IN (SELECT recipient_id FROM message WHERE run_id = $1)`,
      [run.runId],
    );
    const looks = deps.timings.lookUpMs.length - 1;
    for (let i = 0; i < looks; i += 1) await lookUp();
    answers = false;
    await lookUp();
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unknown', looks, ...refused }]);
    answers = true;
    await lookUp();
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unresolved', attempts: 1, ...refused }]);
  });
});

describe('a look-up that nobody can make', () => {
  it('because the credentials of the integration are gone is a miss, and an operator decides in the end', async () => {
    await pool().query(
      'UPDATE integration SET secrets = NULL, secrets_key_id = NULL, revision = revision + 1 WHERE id = $1',
      [run.integrationId],
    );
    for (let i = 0; i < deps.timings.lookUpMs.length; i += 1) await lookUp();
    expect(await ledgerOf(run)).toMatchObject([{ state: 'unresolved', attempts: 1, error: NOT_ASKED }]);
  });
});
