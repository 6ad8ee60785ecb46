import { lookUpMessages } from '../../worker/look-up.ts';
import { runInDoubt } from '../support/in-doubt.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { ledgerOf } from '../support/ledger.ts';
import { scriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;

beforeEach(async () => {
  database = await createTestDatabase();
  ({ run } = await runInDoubt(database.pool));
  await database.pool.query('UPDATE message SET looks = 1, look_at = now() WHERE run_id = $1', [run.runId]);
});
afterEach(() => database.drop());

/** Lets the next attempts to write what came of a call fail, each with the code of its own. */
async function failToRecord(codes: readonly string[]): Promise<void> {
  await database.pool.query(`
    CREATE SEQUENCE attempt;
    CREATE FUNCTION refuse_outcome() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE code text := ('{${codes.join(',')}}'::text[])[nextval('attempt')];
      BEGIN
        IF code IS NOT NULL THEN RAISE 'out of order' USING ERRCODE = code; END IF;
        RETURN NEW;
      END $$;
    CREATE TRIGGER refuse_outcome BEFORE UPDATE ON message FOR EACH ROW WHEN (OLD.state = 'submitting')
      EXECUTE FUNCTION refuse_outcome()`);
}

describe('what came of a repeat', () => {
  it('is written again when a lock or the connection is lost: the answer of the provider is not dropped', async () => {
    const scripted = scriptedDependencies(database.pool, 0);
    const timings = { ...scripted.deps.timings, recordMs: 30_000 };
    await failToRecord(['55P03', '40P01', '57P01']);
    await lookUpMessages({ ...scripted.deps, timings });
    expect(scripted.called).toHaveLength(1);
    expect(await ledgerOf(run)).toMatchObject([{ state: 'accepted', attempts: 2 }]);
  });

  it("is left to the sweep once the time of an outcome's writer is over", async () => {
    const scripted = scriptedDependencies(database.pool, 0);
    await failToRecord(Array<string>(1_000).fill('55P03'));
    await lookUpMessages(scripted.deps);
    expect(scripted.called).toHaveLength(1);
    expect(await ledgerOf(run)).toMatchObject([{ state: 'submitting', look_at: expect.any(Date) as Date }]);
  });
});
