import { noteFailure, noteSuccess } from '../../database/breakers.ts';
import { liftHold, putHold } from '../../database/holds.ts';
import { timingsOf } from '../../config/timings.ts';
import { sweepMessages } from '../../database/sweep-messages.ts';
import type { CrashPoint } from '../../domain/crash-point.ts';
import { lookUpMessages } from '../../worker/look-up.ts';
import { setBusinessTime } from '../support/business-time.ts';
import { runInDoubt } from '../support/in-doubt.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { accepted, ledgerOf, unsent, type MessageRow } from '../support/ledger.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A run with one message in doubt at a provider that refuses known ids. */
beforeEach(async () => {
  await database.pool.query('UPDATE message SET look_at = NULL');
  scripted = scriptedDependencies(database.pool, 0);
  ({ run } = await runInDoubt(database.pool));
  await database.pool.query(`UPDATE message SET looks = 1 WHERE run_id = $1`, [run.runId]);
});

/** Looks this often, each time as if the pause before it were over. */
async function lookUp(times: number): Promise<MessageRow> {
  for (let i = 0; i < times; i += 1) {
    await database.pool.query(`UPDATE message SET look_at = now() WHERE run_id = $1 AND state = 'unknown'`, [
      run.runId,
    ]);
    await lookUpMessages(scripted.deps);
  }
  const [message] = await ledgerOf(run);
  if (!message) throw new Error('There is no message.');
  return message;
}

describe('a message in doubt whose repeats die behind their claim', () => {
  const { length: lookUps } = timingsOf('test').lookUpMs;

  /** Repeats it this often, and each time whoever does so dies with the claim in hand. */
  async function die(times: number): Promise<MessageRow> {
    const { deps } = scripted;
    const dying = {
      ...deps,
      reach: (point: CrashPoint) => {
        if (point === 'after_repeat_claim') throw new Error('It has died.');
      },
    };
    for (let i = 0; i < times; i += 1) {
      await database.pool.query(`UPDATE message SET look_at = now() WHERE run_id = $1`, [run.runId]);
      await lookUpMessages(dying);
      await database.pool.query(`UPDATE message SET look_at = now() WHERE run_id = $1`, [run.runId]);
      await sweepMessages(database.pool, { limit: 10, receiptSlackMs: deps.timings.receiptSlackMs });
    }
    const [message] = await ledgerOf(run);
    if (!message) throw new Error('There is no message.');
    return message;
  }

  it('is repeated until it is taken, however often that was', async () => {
    expect(await die(2 * lookUps)).toMatchObject({ state: 'unknown', attempts: 1 + 2 * lookUps });
    expect(scripted.called).toEqual([]);
    expect(await lookUp(1)).toMatchObject({ state: 'accepted', attempts: 2 + 2 * lookUps });
  });

  it('is given up once it is stale', async () => {
    await die(2 * lookUps);
    await database.pool.query(`UPDATE message SET stale_at = now() WHERE run_id = $1`, [run.runId]);
    expect(await lookUp(1)).toMatchObject({ state: 'unresolved', attempts: 1 + 2 * lookUps });
    expect(scripted.called).toEqual([]);
  });

  it('is given up with its reason once the gate refuses it', async () => {
    await die(2 * lookUps);
    await database.pool.query(
      `UPDATE recipient SET opted_out_at = now() WHERE id IN (SELECT recipient_id FROM message WHERE run_id = $1)`,
      [run.runId],
    );
    expect(await lookUp(1)).toMatchObject({ state: 'unresolved', error: 'repeat refused: opted_out' });
    expect(scripted.called).toEqual([]);
  });
});

describe('a message in doubt whose repeat provably was not sent', () => {
  it('is repeated after the pause that the provider asks for, until the provider takes it', async () => {
    const { length: lookUps } = scripted.deps.timings.lookUpMs;
    scripted.answer = (id) => unsent(id, 700);
    const throttled = await lookUp(1);
    expect(throttled).toMatchObject({ state: 'unknown', attempts: 2, looks: 1, status_code: '429' });
    expect(throttled.look_at?.getTime()).toBeLessThan(Date.now() + 701);

    await lookUp(2 * lookUps);
    scripted.answer = accepted;
    expect(await lookUp(1)).toMatchObject({ state: 'accepted', attempts: 3 + 2 * lookUps });
  });

  it('is given up in the end once it is stale: then nobody may offer it again', async () => {
    scripted.answer = (id) => unsent(id, 0);
    await lookUp(1);
    await database.pool.query(`UPDATE message SET stale_at = now() WHERE run_id = $1`, [run.runId]);
    const givenUp = await lookUp(scripted.deps.timings.lookUpMs.length);
    expect(givenUp).toMatchObject({ state: 'unresolved', attempts: 2, error: 'repeat refused: stale' });
  });

  it('is repeated once its claim no longer fails, and no look-up was used up by that', async () => {
    await database.pool.query(`
      CREATE FUNCTION refuse_claim() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'out of order'; END $$;
      CREATE TRIGGER refuse_claim BEFORE UPDATE ON message FOR EACH ROW WHEN (NEW.state = 'submitting')
        EXECUTE FUNCTION refuse_claim()`);
    const { length: lookUps } = scripted.deps.timings.lookUpMs;
    expect(await lookUp(2 * lookUps)).toMatchObject({ state: 'unknown', attempts: 1, looks: 1 });
    await database.pool.query('DROP TRIGGER refuse_claim ON message');
    expect(await lookUp(1)).toMatchObject({ state: 'accepted', attempts: 2, looks: 2 });
  });

  it('waits while the breaker is open, which costs no look-up', async () => {
    const failure = { integrationId: run.integrationId, opensAt: 1, statusCode: '503', error: 'Down.' };
    await noteFailure(database.pool, failure, { first: 60_000, last: 60_000 });
    const { length: lookUps } = scripted.deps.timings.lookUpMs;
    const waiting = await lookUp(2 * lookUps);
    expect(waiting).toMatchObject({ state: 'unknown', looks: 1, error: 'repeat refused: breaker_open' });
    expect(scripted.called).toEqual([]);

    await noteSuccess(database.pool, { integrationId: run.integrationId, ageMs: 0 });
    expect(await lookUp(1)).toMatchObject({ state: 'accepted', attempts: 2 });
  });

  it('waits while its category is held, which costs no look-up', async () => {
    const target = { scope: 'category', key: 'marketing' } as const;
    await putHold(database.pool, run.projectId, target, { reason: 'a complaint', actor: 'test' });
    const waiting = await lookUp(2 * scripted.deps.timings.lookUpMs.length);
    expect(waiting).toMatchObject({ state: 'unknown', looks: 1, error: 'repeat refused: held' });
    expect(scripted.called).toEqual([]);

    await liftHold(database.pool, run.projectId, target);
    expect(await lookUp(1)).toMatchObject({ state: 'accepted', attempts: 2 });
  });

  it('waits for the morning, which costs no look-up', async () => {
    const at = (pacific: string): Promise<void> =>
      setBusinessTime(database.pool, run.projectId, Date.parse(`2026-11-18T${pacific}:00-08:00`));
    await at('20:46');
    // It was planned in the evening: what was planned at noon would be stale by now.
    await database.pool.query(`UPDATE message SET stale_at = now() + interval '15 hours' WHERE run_id = $1`, [
      run.runId,
    ]);
    const waiting = await lookUp(2 * scripted.deps.timings.lookUpMs.length);
    expect(waiting).toMatchObject({ state: 'unknown', looks: 1, error: 'repeat refused: quiet_hours' });
    const minutes = (Number(waiting.look_at) - Date.now()) / 60_000;
    expect(Math.round(minutes)).toBe(11 * 60 + 14);
    expect(scripted.called).toEqual([]);

    await at('08:00');
    expect(await lookUp(1)).toMatchObject({ state: 'accepted', attempts: 2 });
    await setBusinessTime(database.pool, run.projectId);
  });

  it('waits while its run is paused, which costs no look-up until it is stale', async () => {
    const { length: lookUps } = scripted.deps.timings.lookUpMs;
    await database.pool.query(`UPDATE run SET state = 'paused' WHERE id = $1`, [run.runId]);
    const waiting = await lookUp(2 * lookUps);
    expect(waiting).toMatchObject({ state: 'unknown', looks: 1, error: 'repeat refused: run_paused' });

    await database.pool.query(`UPDATE message SET stale_at = now() WHERE run_id = $1`, [run.runId]);
    expect(await lookUp(lookUps)).toMatchObject({ state: 'unresolved', attempts: 1 });
    expect(scripted.called).toEqual([]);
  });
});
