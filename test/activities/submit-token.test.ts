import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../activities/create-activities.ts';
import { MemberSet } from '../../domain/member-set.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import { eventually } from '../support/eventually.ts';
import { consentingCustomers, launchRun } from '../support/launched-run.ts';
import { accepted, inDoubt, ledgerOf, unsent } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('the token of a claim stays in its attempt: Temporal is told it in no heartbeat and no result', async () => {
  const outcomes: readonly ((id: string) => SubmitOutcome)[] = [accepted, inDoubt, unsent];
  const run = await launchRun(database.pool, { customers: consentingCustomers(outcomes.length) });
  const scripted = scriptedDependencies(database.pool);
  const environment = new MockActivityEnvironment();
  const heartbeats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => heartbeats.push(details));
  const tokens = new Set<string>();
  const pending = [...outcomes];
  scripted.answerCall = async (messages) => {
    for (const { claim_token: token } of await ledgerOf(run)) if (token !== null) tokens.add(token);
    await eventually(() => heartbeats.length > 0);
    const outcome = pending.pop() ?? accepted;
    return messages.map(({ id }) => outcome(id));
  };
  const scope = {
    cohortId: run.cohort.cohortId,
    nodeId: 'send',
    pass: 1,
    members: MemberSet.full(run.members.length).toHex(),
  };
  const input = { receiptDeadlineMs: 3_600_000, wantsHints: true, plannedAt: Date.now() };
  const activities = createActivities(scripted.deps);
  const result: unknown = await environment.run(() => activities.submit(scope, input));
  scripted.deps.renderPool.close();

  expect(tokens.size).toBeGreaterThan(0);
  expect((await ledgerOf(run)).map(({ state }) => state).sort()).toEqual(['accepted', 'queued', 'unknown']);
  const told = JSON.stringify([result, heartbeats]);
  expect([...tokens].filter((token) => told.includes(token))).toEqual([]);
});
