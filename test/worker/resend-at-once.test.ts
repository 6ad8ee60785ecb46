import { setTimeout as pause } from 'node:timers/promises';
import { decideMessage, readDecidedMessage } from '../../database/decide-message.ts';
import type { GateQuestion } from '../../database/member-facts.ts';
import { makeResends } from '../../worker/resend.ts';
import { claimScope } from '../support/launched-run.ts';
import { accepted, ledgerOf } from '../support/ledger.ts';
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
  let underWay = 0;
  let most = 0;
  const gathered = new AbortController();
  scripted.answerCall = async (messages) => {
    underWay += 1;
    most = Math.max(most, underWay);
    if (most === AT_ONCE) gathered.abort();
    // Answers once all calls are there; one that stays alone is not waited for longer than this.
    await pause(2_000, undefined, { signal: gathered.signal }).catch(() => undefined);
    underWay -= 1;
    return messages.map(({ id }) => accepted(id));
  };
  await makeResends(scripted.deps);
  expect(most).toBe(AT_ONCE);
  expect(scripted.called).toHaveLength(AT_ONCE);
  expect((await ledgerOf(run)).map(({ state }) => state)).toEqual(Array(AT_ONCE).fill('accepted'));
});
