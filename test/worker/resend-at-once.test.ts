import { decideMessage, readDecidedMessage } from '../../database/decide-message.ts';
import type { GateQuestion } from '../../database/member-facts.ts';
import { makeResends } from '../../worker/resend.ts';
import { gatherCalls } from '../support/calls-at-once.ts';
import { claimScope } from '../support/launched-run.ts';
import { ledgerOf } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { runUnresolved } from '../support/unresolved.ts';

const AT_ONCE = 20;

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('resends are made twenty at a time, so that a slow provider holds up none of them for long', async () => {
  const scripted = scriptedDependencies(database.pool, 0);
  const { run, ids } = await runUnresolved(database.pool, AT_ONCE);
  const gate: GateQuestion = claimScope(run);
  for (const id of ids) {
    const message = await readDecidedMessage(database.pool, run.projectId, run.month, id);
    if (message)
      await decideMessage(database.pool, message, { action: 'resend', reason: 'lost', actor: 'test', gate });
  }
  const most = gatherCalls(scripted, AT_ONCE);
  await makeResends(scripted.deps);
  expect(most()).toBe(AT_ONCE);
  expect(scripted.called).toHaveLength(AT_ONCE);
  expect((await ledgerOf(run)).map(({ state }) => state)).toEqual(Array(AT_ONCE).fill('accepted'));
});
