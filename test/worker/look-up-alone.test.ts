import { randomUUID } from 'node:crypto';
import type { Dependencies } from '../../activities/dependencies.ts';
import { lookUpMessages } from '../../worker/look-up.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim, inDoubt, ledgerOf, record } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let deps: Dependencies;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
  ({ deps } = scriptedDependencies(database.pool, 0));
});
afterAll(() => database.drop());

/** A run whose messages are in doubt and have been looked up this often. */
beforeEach(async () => {
  await database.pool.query('UPDATE message SET look_at = NULL');
  run = await launchRun(database.pool, { customers: consentingCustomers(3) });
  const { token, claimed } = await claim(run);
  await record(
    run,
    token,
    claimed.map(({ id }) => inDoubt(id)),
  );
});

async function lookUp(looksBefore: number): Promise<void> {
  await database.pool.query('UPDATE message SET looks = $2, look_at = now() WHERE run_id = $1', [
    run.runId,
    looksBefore,
  ]);
  await lookUpMessages(deps);
}

describe('a message in doubt', () => {
  it('whose repeat can not even be prepared says so, follows its schedule and costs no other one', async () => {
    await database.pool.query('UPDATE sender_profile SET sms_integration_id = NULL WHERE project_id = $1', [
      run.projectId,
    ]);
    await lookUp(1);
    for (const row of await ledgerOf(run)) {
      expect(row).toMatchObject({ state: 'unknown', looks: 2, attempts: 1 });
      expect(row.error).toContain('message_resources_missing');
      expect(row.look_at?.getTime()).toBeGreaterThan(Date.now() - 60_000);
    }
  });

  it('whose handling fails costs no other one', async () => {
    const { members } = run;
    await database.pool.query(
      `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
       CREATE TRIGGER refuse BEFORE UPDATE OF looks ON message FOR EACH ROW
         WHEN (NEW.looks = 1 AND NEW.recipient_id = ${members[0]?.recipientId ?? ''}) EXECUTE FUNCTION refuse()`,
    );
    try {
      await lookUp(0);
      expect((await ledgerOf(run)).map(({ looks }) => looks)).toEqual([0, 1, 1]);
    } finally {
      await database.pool.query('DROP FUNCTION refuse CASCADE');
    }
  });

  it('whose integration is gone is missed as often as the schedule says, and is unresolved in the end', async () => {
    await database.pool.query('UPDATE message SET integration_id = $2 WHERE run_id = $1', [
      run.runId,
      randomUUID(),
    ]);
    await lookUp(1);
    expect(await ledgerOf(run)).toMatchObject(Array(3).fill({ state: 'unknown', looks: 2, attempts: 1 }));
    await lookUp(deps.timings.lookUpMs.length - 1);
    expect(await ledgerOf(run)).toMatchObject(Array(3).fill({ state: 'unresolved', look_at: null }));
  });
});
