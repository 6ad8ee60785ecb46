import { customerStory } from '../../api/runs/customer-story.ts';
import { quietHoursOfRun } from '../../api/runs/quiet-hours.ts';
import { readRunRow } from '../../api/runs/read-run.ts';
import { cancelRun } from '../../database/change-run.ts';
import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { recordWalk } from '../../database/record-walk.ts';
import { makeFallbacks } from '../../worker/fallbacks.ts';
import { setBusinessTime } from '../support/business-time.ts';
import { acceptedMms, launchFallbackRun, tooLarge } from '../support/fallback-run.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { accepted, receiptOf, receive, unsent } from '../support/ledger.ts';
import { guardLedger } from '../support/ledger-guard.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const MINUTE = 60_000;
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
  scripted.called.length = 0;
  scripted.answer = accepted;
  run = await launchFallbackRun(database.pool, 2);
});

const make = (): Promise<boolean> => makeFallbacks(scripted.deps, () => false);
const due = (): Promise<unknown> =>
  database.pool.query(`UPDATE message SET fallback_at = now() WHERE fallback_at IS NOT NULL`);
const query = (sql: string, ...values: unknown[]): Promise<unknown> => database.pool.query(sql, values);

/** Sets the clock to an hour of Seattle, where the customers are. */
const setTime = (instant: string): Promise<void> =>
  setBusinessTime(database.pool, run.projectId, Date.parse(`${instant}:00-08:00`));

interface Row {
  readonly leg: number;
  readonly state: string;
  readonly fallback: string | null;
  readonly fallback_refusal: string | null;
  readonly minutes: number | null;
  readonly ended: boolean;
}

/** The rows of a member, the MMS first, with the minutes until its SMS is looked at again. */
async function rowsOf(memberIndex: number): Promise<readonly Row[]> {
  const { rows } = await database.pool.query<Row>(
    `SELECT leg, state, fallback, fallback_refusal, ended_at IS NOT NULL AS ended,
            round(extract(epoch FROM fallback_at - now()) / 60)::int AS minutes
     FROM message WHERE run_id = $1 AND member_index = $2 ORDER BY leg`,
    [run.runId, memberIndex],
  );
  return rows;
}

/** The MMS of the first customer, whose author waits a day for what becomes of it. */
async function sentMms(): Promise<string> {
  const [first = ''] = await acceptedMms(run);
  await query(`UPDATE message SET receipt_due_at = now() + interval '24 hours' WHERE id = $1`, first);
  return first;
}

/** It fails at 22:00, ten hours before the morning. */
async function failedAtNight(): Promise<string> {
  const first = await sentMms();
  await setTime('2026-11-18T22:00');
  await tooLarge(run, first);
  await make();
  return first;
}

/** It is 8:00, and the MMS failed in the night. */
async function morning(): Promise<void> {
  await setTime('2026-11-19T08:00');
  await query(`UPDATE message SET receipt_at = now() - interval '10 hours' WHERE fallback_at IS NOT NULL`);
  await due();
}

const WAITS = { leg: 0, state: 'failed', fallback: 'engine', ended: false, minutes: 600 };

describe('the SMS in place of a marketing MMS that failed at night', () => {
  it('waits for the morning, is not looked at before, and leaves then', async () => {
    await failedAtNight();
    expect(await rowsOf(0)).toEqual([{ ...WAITS, fallback_refusal: null }]);
    await make();
    expect(await rowsOf(0)).toHaveLength(1);
    expect(scripted.called).toEqual([]);
    await morning();
    await make();
    expect(await rowsOf(0)).toMatchObject([
      { fallback: 'made', ended: true },
      { leg: 1, state: 'accepted' },
    ]);
  });

  it('is told in the run and in the story of its customer', async () => {
    const place = { number: 1, nodeId: 'send', pass: 1, members: '03', arrivedAt: 0, opened: true };
    const places = [{ ...place, openedAt: 0, state: {}, stuck: null }];
    await recordWalk(database.pool, run.cohort, { step: 1, departures: [], places });
    await failedAtNight();
    const [group] = await quietHoursOfRun(database.pool, { id: run.runId, state: 'running' });
    expect(group).toMatchObject({ node_id: 'send', customers: 1 });
    expect(Math.round((Number(group?.until) - Date.now()) / MINUTE)).toBe(600);
    const row = await readRunRow(database.pool, run.projectId, run.runId);
    const fallbackOf = async (member: number): Promise<unknown> => {
      const { entries } = await customerStory(database.pool, row, run.members[member]?.customerId ?? '');
      return (entries as { at: { message: { fallback: unknown } } }[])[0]?.at.message.fallback;
    };
    expect(await fallbackOf(0)).toMatchObject({
      state: 'due',
      explanation: expect.stringMatching(
        /about to be sent\. .* it waits for 8:00 in America\/Los_Angeles,/,
      ) as unknown,
    });
    expect(await fallbackOf(1)).toBeNull();
  });

  it('is late from the morning on, not from the night', async () => {
    await failedAtNight();
    await morning();
    await setTime('2026-11-19T12:01');
    await query(
      `UPDATE message SET receipt_at = now() - interval '14 hours 1 minute' WHERE fallback_at IS NOT NULL`,
    );
    await make();
    expect(await rowsOf(0)).toMatchObject([{ fallback: 'refused', fallback_refusal: 'stale', ended: true }]);
    expect(scripted.called).toEqual([]);
  });

  it('is given up at once where nobody waits for the MMS any more in the morning, and says so', async () => {
    const [first = ''] = await acceptedMms(run);
    await setTime('2026-11-18T22:00');
    await query(`UPDATE message SET receipt_due_at = now() + interval '9 hours' WHERE id = $1`, first);
    await tooLarge(run, first);
    await make();
    expect(await rowsOf(0)).toMatchObject([
      { state: 'failed', fallback: 'refused', fallback_refusal: 'stale', ended: true },
    ]);
    expect(await quietHoursOfRun(database.pool, { id: run.runId, state: 'running' })).toEqual([]);
  });

  it('stays in the ledger where it could not be taken before the night', async () => {
    const first = await sentMms();
    await setTime('2026-11-18T20:44');
    await tooLarge(run, first);
    scripted.answer = (id) => unsent(id, 10);
    await make();
    expect(await rowsOf(0)).toMatchObject([{ ended: false }, { leg: 1, state: 'queued' }]);
    await setTime('2026-11-18T22:00');
    await query(`UPDATE message SET retry_at = now() WHERE state = 'queued'`);
    await due();
    await make();
    expect(await rowsOf(0)).toMatchObject([WAITS, { leg: 1, state: 'queued', ended: false }]);
    scripted.answer = accepted;
    await morning();
    await make();
    expect(await rowsOf(0)).toMatchObject([{ fallback: 'made' }, { leg: 1, state: 'accepted' }]);
  });

  it('is not sent if its number opts out in the night', async () => {
    await failedAtNight();
    await query('UPDATE recipient SET opted_out_at = now() WHERE id = $1', run.members[0]?.recipientId);
    await morning();
    await make();
    expect(await rowsOf(0)).toMatchObject([
      { fallback: 'refused', fallback_refusal: 'opted_out', ended: true },
    ]);
  });

  it('is not sent if the MMS is delivered after all in the night', async () => {
    const first = await failedAtNight();
    await receive(run, receiptOf(first, 'delivered', { at: Date.now() + 1_000 }));
    await foldPendingReceipts(database.pool, { limit: 10, receiptSlackMs: 300_000 });
    await morning();
    await make();
    expect(await rowsOf(0)).toMatchObject([{ state: 'delivered', ended: true }]);
    expect(scripted.called).toEqual([]);
  });

  it('does not keep a run open until the morning that is cancelled in the night', async () => {
    await failedAtNight();
    await cancelRun(database.pool, run.runId, 'wrong price');
    await make();
    expect(await rowsOf(0)).toMatchObject([
      { state: 'failed', fallback: 'refused', fallback_refusal: 'run_cancelled', ended: true },
    ]);
  });

  it('came too late, and was not cancelled, where the walk of its cohort is over', async () => {
    await failedAtNight();
    await query('UPDATE cohort SET finished_at = now() WHERE id = $1', run.cohort.cohortId);
    await morning();
    await make();
    expect(await rowsOf(0)).toMatchObject([{ fallback: 'refused', fallback_refusal: 'stale', ended: true }]);
  });
});
