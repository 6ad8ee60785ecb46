import { liftHold, putHold } from '../../database/holds.ts';
import type { SubmitResult } from '../../domain/effects.ts';
import type { SubmitOutcome } from '../../domain/outcome.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, ledgerOf, unsent } from '../support/ledger.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

beforeEach(async () => {
  scripted = scriptedDependencies(database.pool);
  run = await launchRun(database.pool, { customers: consentingCustomers(3) });
});
afterEach(() => scripted.deps.renderPool.close());

/** One attempt of the activity for everybody, with a provider that answers so. */
function submit(answer: (messageId: string) => SubmitOutcome): Promise<SubmitResult> {
  scripted.answer = answer;
  return submitAll(scripted, run);
}

const notNow = (id: string): SubmitOutcome => unsent(id, 0);

describe('a message that waits for another offer', () => {
  it('is called again and nobody else with it', async () => {
    const first = await submit(notNow);
    expect(first).toMatchObject({ outcomes: [], queued: [{ members: '07' }], inDoubt: null });
    const second = await submit(accepted);
    expect(second).toMatchObject({ outcomes: [{ outcome: 'accepted', members: '07' }], queued: [] });
    expect(scripted.called).toHaveLength(6);
    await submit(accepted);
    expect(scripted.called).toHaveLength(6);
  });

  it('is looked at again no sooner than the recheck of a hold that keeps it in, and called once that is lifted', async () => {
    await submit(notNow);
    const target = { scope: 'sender', key: 'default' } as const;
    await putHold(database.pool, run.projectId, target, { reason: 'a complaint', actor: 'test' });
    const holdRecheckMs = 30_000;
    const timings = { ...scripted.deps.timings, holdRecheckMs };
    const before = Date.now();
    const held = await submitAll({ ...scripted, deps: { ...scripted.deps, timings } }, run);
    expect(held).toMatchObject({ outcomes: [], queued: [{ members: '07' }], inDoubt: null });
    expect(held.queued[0]?.retryAt).toBeGreaterThanOrEqual(before + holdRecheckMs);
    expect(scripted.called).toHaveLength(3);
    await liftHold(database.pool, run.projectId, target);
    expect(await submit(accepted)).toMatchObject({
      outcomes: [{ outcome: 'accepted', members: '07' }],
      queued: [],
    });
  });

  it('ends at once, with the reason, when its number has opted out meanwhile', async () => {
    await submit(notNow);
    await database.pool.query('UPDATE recipient SET opted_out_at = now() WHERE id = $1', [
      run.members[1]?.recipientId,
    ]);
    expect(await submit(accepted)).toMatchObject({
      outcomes: [
        { outcome: 'accepted', members: '05' },
        { outcome: 'suppressed', reason: 'opted_out', members: '02' },
      ],
      queued: [],
    });
    const row = (await ledgerOf(run)).find(({ member_index }) => member_index === 1);
    expect(row).toMatchObject({ state: 'cancelled', error: 'opted_out', look_at: null });
    expect(row?.ended_at).not.toBeNull();
  });

  it('ends when its customer has meanwhile got a number that has this message already', async () => {
    await submit(notNow);
    await database.pool.query(
      `UPDATE customer SET phone = twin.phone, recipient_id = twin.recipient_id
       FROM customer AS twin WHERE customer.id = $1 AND twin.id = $2`,
      [run.members[2]?.customerId, run.members[0]?.customerId],
    );
    await database.pool.query('UPDATE consent SET recipient_id = $2 WHERE customer_id = $1', [
      run.members[2]?.customerId,
      run.members[0]?.recipientId,
    ]);
    await submit(accepted);
    const result = await submit(accepted);
    expect(result.outcomes).toMatchObject([
      { outcome: 'accepted' },
      { outcome: 'suppressed', reason: 'duplicate_number' },
    ]);
    expect(result.queued).toEqual([]);
    expect((await ledgerOf(run)).map(({ state }) => state).sort()).toEqual([
      'accepted',
      'accepted',
      'cancelled',
    ]);
  });
});
