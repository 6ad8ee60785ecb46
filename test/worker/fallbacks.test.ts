import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { makeFallbacks } from '../../worker/fallbacks.ts';
import { setBusinessTime } from '../support/business-time.ts';
import { acceptedMms, launchFallbackRun, tooLarge } from '../support/fallback-run.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, inDoubt, receiptOf, receive, record, rejected, unsent } from '../support/ledger.ts';
import { guardLedger } from '../support/ledger-guard.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let scripted: ScriptedDependencies;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase(20);
  await guardLedger(database.pool);
  scripted = scriptedDependencies(database.pool, 1);
});
afterAll(async () => {
  scripted.deps.renderPool.close();
  await database.drop();
});
beforeEach(async () => {
  await database.pool.query(
    'UPDATE message SET ended_at = coalesce(ended_at, now()), fallback_at = NULL WHERE fallback_at IS NOT NULL',
  );
  await database.pool.query('DELETE FROM hold');
  scripted.called.length = 0;
  scripted.answer = accepted;
  run = await launchFallbackRun(database.pool, 2);
});

const make = (): Promise<boolean> => makeFallbacks(scripted.deps, () => false);
const due = (): Promise<unknown> =>
  database.pool.query(`UPDATE message SET fallback_at = now() WHERE fallback_at IS NOT NULL`);

interface Row {
  readonly leg: number;
  readonly channel: string;
  readonly state: string;
  readonly fallback: string | null;
  readonly fallback_refusal: string | null;
  readonly ended: boolean;
}

/** The rows of a member, the MMS first. */
async function rowsOf(memberIndex: number): Promise<readonly Row[]> {
  const { rows } = await database.pool.query<Row>(
    `SELECT leg, channel, state, fallback, fallback_refusal, ended_at IS NOT NULL AS ended FROM message
     WHERE run_id = $1 AND member_index = $2 ORDER BY leg`,
    [run.runId, memberIndex],
  );
  return rows;
}

const optOut = (memberIndex: number): Promise<unknown> =>
  database.pool.query('UPDATE recipient SET opted_out_at = now() WHERE id = $1', [
    run.members[memberIndex]?.recipientId,
  ]);

describe('the SMS in place of an MMS', () => {
  it('is sent once a report says that the MMS is too large, to nobody else, and once however many try', async () => {
    const [first = ''] = await acceptedMms(run);
    await tooLarge(run, first);
    expect(await rowsOf(0)).toMatchObject([{ state: 'failed', fallback: 'engine', ended: false }]);
    await Promise.all([make(), make(), make()]);
    await due();
    await make();
    expect(scripted.called).toHaveLength(1);
    expect(await rowsOf(0)).toMatchObject([
      { leg: 0, channel: 'mms', state: 'failed', fallback: 'made', ended: true },
      { leg: 1, channel: 'sms', state: 'accepted', ended: false },
    ]);
    expect(await rowsOf(1)).toMatchObject([{ state: 'accepted', fallback: 'engine' }]);
  });

  it('is sent where the provider refuses the MMS at once for that reason, and for no other one', async () => {
    const { token, claimed } = await claim(run, { channel: 'mms', fallsBack: true });
    const [one, other] = [...claimed].sort((a, b) => a.memberIndex - b.memberIndex);
    await record(run, token, [
      rejected(one?.id ?? '', 'fallback_to_sms'),
      rejected(other?.id ?? '', 'permanent'),
    ]);
    await make();
    expect(await rowsOf(0)).toMatchObject([
      { state: 'rejected', fallback: 'made', ended: true },
      { leg: 1, state: 'accepted' },
    ]);
    expect(await rowsOf(1)).toMatchObject([{ state: 'rejected', fallback: 'engine', ended: true }]);
  });

  it('is never sent for an MMS of which nobody knows', async () => {
    const { token, claimed } = await claim(run, { channel: 'mms', fallsBack: true });
    await record(
      run,
      token,
      claimed.map(({ id }) => inDoubt(id)),
    );
    await make();
    expect(scripted.called).toEqual([]);
  });

  it('is kept in by an opt-out that came after the MMS, and says so', async () => {
    const [first = ''] = await acceptedMms(run);
    await tooLarge(run, first);
    await optOut(0);
    await make();
    expect(scripted.called).toEqual([]);
    expect(await rowsOf(0)).toMatchObject([
      { state: 'failed', fallback: 'refused', fallback_refusal: 'opted_out', ended: true },
    ]);
  });

  it('waits while an operator holds it, and is sent once the hold is lifted', async () => {
    const [first = ''] = await acceptedMms(run);
    await tooLarge(run, first);
    await database.pool.query(
      `INSERT INTO hold (scope, target_id, reason, actor)
       VALUES ('category', $1, 'a complaint', 'test')`,
      [run.categoryIds['marketing']],
    );
    await make();
    expect(await rowsOf(0)).toMatchObject([{ state: 'failed', fallback: 'engine', ended: false }]);
    await database.pool.query('DELETE FROM hold');
    await due();
    await make();
    expect(await rowsOf(0)).toMatchObject([{ fallback: 'made', ended: true }, { state: 'accepted' }]);
  });

  it('is tried again when the provider could not take it, and given up once its number has opted out', async () => {
    const ids = await acceptedMms(run);
    await tooLarge(run, ...ids);
    scripted.answer = (id) => unsent(id, 10);
    await make();
    expect(await rowsOf(0)).toMatchObject([
      { fallback: 'engine', ended: false },
      { leg: 1, state: 'queued' },
    ]);
    await optOut(1);
    scripted.answer = accepted;
    await database.pool.query(`UPDATE message SET retry_at = now() WHERE state = 'queued'`);
    await due();
    await make();
    expect(await rowsOf(0)).toMatchObject([
      { fallback: 'made', ended: true },
      { leg: 1, state: 'accepted' },
    ]);
    expect(await rowsOf(1)).toMatchObject([
      { fallback: 'refused', fallback_refusal: 'opted_out', ended: true },
      { leg: 1, state: 'cancelled', ended: true },
    ]);
  });

  it('is settled by whoever comes next when the process that has sent it died', async () => {
    const [first = ''] = await acceptedMms(run);
    await tooLarge(run, first);
    await make();
    await database.pool.query(
      `UPDATE message SET fallback = 'engine', fallback_at = now(), ended_at = NULL WHERE id = $1`,
      [first],
    );
    await make();
    expect(scripted.called).toHaveLength(1);
    expect(await rowsOf(0)).toMatchObject([{ fallback: 'made', ended: true }, { leg: 1 }]);
  });

  it('is not due any more when the MMS is delivered after all', async () => {
    const [first = ''] = await acceptedMms(run);
    await tooLarge(run, first);
    await receive(run, receiptOf(first, 'delivered', { at: Date.now() + 1_000 }));
    await foldPendingReceipts(database.pool, { limit: 10, receiptSlackMs: 300_000 });
    await make();
    expect(scripted.called).toEqual([]);
    expect(await rowsOf(0)).toMatchObject([{ state: 'delivered', ended: true }]);
  });

  it('is not sent in a cancelled run, and waits for the end of a pause', async () => {
    const ids = await acceptedMms(run);
    await tooLarge(run, ...ids);
    const inState = (state: string): Promise<unknown> =>
      database.pool.query('UPDATE run SET state = $2 WHERE id = $1', [run.runId, state]);
    await inState('paused');
    await make();
    expect(await rowsOf(0)).toMatchObject([{ fallback: 'engine', ended: false }]);
    await inState('cancelled');
    await due();
    await make();
    expect(await rowsOf(0)).toMatchObject([
      { fallback: 'refused', fallback_refusal: 'run_cancelled', ended: true },
    ]);
    expect(scripted.called).toEqual([]);
  });

  it('is late by its own MMS, whatever else failed in its cohort', async () => {
    // 18:00 in Seattle: nothing of the day was kept in by the hour.
    await setBusinessTime(database.pool, run.projectId, Date.parse('2026-11-18T18:00:00-08:00'));
    const ids = await acceptedMms(run);
    await tooLarge(run, ...ids);
    await database.pool.query(
      `UPDATE message SET receipt_at = now() - interval '4 hours 1 minute' WHERE id = $1`,
      [ids[0]],
    );
    await make();
    expect(await rowsOf(0)).toMatchObject([{ fallback: 'refused', fallback_refusal: 'stale', ended: true }]);
    expect(await rowsOf(1)).toMatchObject([{ fallback: 'made' }, { leg: 1, state: 'accepted' }]);
  });

  it('is one message with its MMS for the cap of the project', async () => {
    const cap = (messages: number | null): Promise<unknown> =>
      database.pool.query(`UPDATE project SET message_cap = $1, cap_window = '1d'`, [messages]);
    const phone = run.members[0]?.phone ?? '';
    try {
      await cap(1);
      const [first = ''] = await acceptedMms(run);
      await tooLarge(run, first);
      await make();
      expect(await rowsOf(0)).toMatchObject([{ fallback: 'made' }, { leg: 1, state: 'accepted' }]);
      const next = await launchFallbackRun(database.pool, 1, { phone });
      expect((await claim(next, { channel: 'mms' })).claimed).toEqual([]);
      await receive(run, receiptOf(first, 'delivered', { at: Date.now() + 1_000 }));
      await foldPendingReceipts(database.pool, { limit: 10, receiptSlackMs: 300_000 });
      expect(await rowsOf(0)).toMatchObject([{ state: 'delivered' }, { state: 'accepted' }]);
      await cap(2);
      expect((await claim(next, { channel: 'mms' })).claimed).toHaveLength(1);
    } finally {
      await database.pool.query('UPDATE project SET message_cap = NULL, cap_window = NULL');
    }
  });
});
