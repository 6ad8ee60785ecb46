import { noteFailure } from '../../database/breakers.ts';
import { lookUpMessages } from '../../worker/look-up.ts';
import { gatherCalls } from '../support/calls-at-once.ts';
import { runInDoubt } from '../support/in-doubt.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { inDoubt, ledgerOf } from '../support/ledger.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const A_TURN = 50;

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A run of which as many messages as one turn takes are in doubt, at a provider that refuses known ids. */
beforeEach(async () => {
  scripted = scriptedDependencies(database.pool, 0);
  ({ run } = await runInDoubt(database.pool, A_TURN));
  await database.pool.query('UPDATE message SET looks = 1, look_at = now() WHERE run_id = $1', [run.runId]);
});

describe('what is in doubt after a crash', () => {
  it('is repeated fifty at a time, so that a slow provider does not hold up the end of a run', async () => {
    const most = gatherCalls(scripted, A_TURN);
    await lookUpMessages(scripted.deps);
    expect(most()).toBe(A_TURN);
    expect((await ledgerOf(run)).filter(({ state }) => state === 'accepted')).toHaveLength(A_TURN);
  });

  it('has one message repeated as the probe of an open breaker, and the others wait', async () => {
    const failure = { integrationId: run.integrationId, opensAt: 1, statusCode: '503', error: 'Down.' };
    await noteFailure(database.pool, failure, { first: 60_000, last: 60_000 });
    await database.pool.query('UPDATE breaker SET probe_at = now()');
    scripted.answer = inDoubt;
    await lookUpMessages(scripted.deps);
    expect(scripted.called).toHaveLength(1);
    const waiting = (await ledgerOf(run)).filter(({ error }) => error === 'repeat refused: breaker_open');
    expect(waiting).toHaveLength(A_TURN - 1);
  });
});
