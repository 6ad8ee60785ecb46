import { MockActivityEnvironment } from '@temporalio/testing';
import { createReconcile } from '../../activities/reconcile.ts';
import { MemberSet } from '../../domain/member-set.ts';
import { trackingReference } from '../../domain/tracking-reference.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { consentingCustomers, launchRun } from '../support/launched-run.ts';
import { claim, receiptOf, receive, record } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;

beforeAll(async () => {
  database = await createTestDatabase();
  scripted = scriptedDependencies(database.pool);
});
afterAll(async () => {
  scripted.deps.renderPool.close();
  await database.drop();
});

describe('a report in the inbox that names its message by the id of the provider alone', () => {
  it('counts at the deadline of its message', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(2) });
    const { token, claimed } = await claim(run);
    const [first, second] = claimed.map(({ id }) => id);
    await record(run, token, [
      { kind: 'accepted', messageId: first ?? '', providerMessageId: 'MMS_1' },
      { kind: 'accepted', messageId: second ?? '', providerMessageId: 'MMS_2' },
    ]);
    await receive(run, receiptOf(trackingReference('MMS_1'), 'delivered', { providerMessageId: 'MMS_1' }));
    const scope = {
      cohortId: run.cohort.cohortId,
      nodeId: 'send',
      pass: 1,
      members: MemberSet.full(run.members.length).toHex(),
    };
    const result: unknown = await new MockActivityEnvironment().run(createReconcile(scripted.deps), scope, {
      atDeadline: true,
    });
    expect(result).toMatchObject({
      value: {
        outcomes: expect.arrayContaining([expect.objectContaining({ outcome: 'delivered' })]) as unknown,
      },
    });
  });
});
