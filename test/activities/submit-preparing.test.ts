import { readOpenBreakers } from '../../database/breakers.ts';
import type { MessageProvider, Preparation } from '../../providers/provider.ts';
import { NO_INTEGRATION } from '../support/credentials.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { ledgerOf } from '../support/ledger.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;
let answer: Preparation;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  await database.pool.query('DELETE FROM breaker');
  scripted = scriptedDependencies(database.pool, 1, {
    breakerProbeMs: { first: PROBE_MS, last: PROBE_MS },
    holdRecheckMs: PROBE_MS,
  });
  const provider: MessageProvider = scripted.deps.providers.get(NO_INTEGRATION);
  provider.prepare = () => Promise.resolve(answer);
  run = await launchRun(database.pool, { customers: consentingCustomers(3) });
});
afterEach(() => scripted.deps.renderPool.close());

const PROBE_MS = 60_000;
const REFUSED: Preparation = {
  waitMs: 5_000,
  trouble: { cause: 'account', statusCode: 'E104', error: 'The key is wrong' },
};

describe('messages whose content the provider has to make ready', () => {
  it('wait until that may be done, unclaimed', async () => {
    answer = { waitMs: 2_000 };
    const before = Date.now();
    const result = await submitAll(scripted, run);
    expect(result).toMatchObject({ outcomes: [], queued: [{ members: '07' }], inDoubt: null });
    expect(result.queued[0]?.retryAt).toBeGreaterThanOrEqual(before + 2_000);
    expect(scripted.called).toEqual([]);
    expect(await ledgerOf(run)).toEqual([]);
    answer = { waitMs: 0 };
    expect(await submitAll(scripted, run)).toMatchObject({
      outcomes: [{ outcome: 'accepted', members: '07' }],
    });
  });

  it('show the operator an account that is refused, and wait for the probe of its breaker', async () => {
    answer = REFUSED;
    const { queued } = await submitAll(scripted, run);
    const breakers = await readOpenBreakers(database.pool, run.projectId);
    expect(breakers).toMatchObject([{ statusCode: 'E104', error: 'The key is wrong' }]);
    expect(queued).toMatchObject([{ members: '07' }]);
    expect(queued[0]?.retryAt).toBeGreaterThan(Date.now() + PROBE_MS / 2);
  });

  it('end meanwhile for whoever opts out', async () => {
    answer = { waitMs: 60_000 };
    await submitAll(scripted, run);
    await database.pool.query('UPDATE recipient SET opted_out_at = now() WHERE id = $1', [
      run.members[1]?.recipientId,
    ]);
    expect(await submitAll(scripted, run)).toMatchObject({
      outcomes: [{ outcome: 'suppressed', reason: 'opted_out', members: '02' }],
      queued: [{ members: '05' }],
    });
  });
});
