import { randomUUID } from 'node:crypto';
import { cancelRun, drainRun, pauseRun, resumeRun } from '../../database/change-run.ts';
import { beginRun, closeUnstartedCohorts, finishRun } from '../../database/run-life.ts';
import { MemberSet } from '../../domain/member-set.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, ledgerOf, record, unsent } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function closeCohorts(run: LaunchedRun): Promise<void> {
  await database.pool.query('UPDATE cohort SET finished_at = now() WHERE run_id = $1', [run.runId]);
}

async function endMessages(run: LaunchedRun): Promise<void> {
  await database.pool.query('UPDATE message SET ended_at = now() WHERE run_id = $1', [run.runId]);
}

describe('a run', () => {
  it('begins once and only when it was requested', async () => {
    const requested = await launchRun(database.pool, { state: 'requested' });
    expect(await beginRun(database.pool, requested.runId)).toBe('running');
    expect(await beginRun(database.pool, requested.runId)).toBe('running');
    const cancelled = await launchRun(database.pool, { state: 'cancelled' });
    expect(await beginRun(database.pool, cancelled.runId)).toBe('cancelled');
  });

  it('that its workflow begins has been relayed, though the relay has not heard so', async () => {
    for (const state of ['requested', 'paused', 'cancelled'] as const) {
      const run = await launchRun(database.pool, { state });
      await database.pool.query('UPDATE run SET relayed_at = NULL WHERE id = $1', [run.runId]);
      await beginRun(database.pool, run.runId);
      const { rows } = await database.pool.query<{ relayed: boolean }>(
        'SELECT relayed_at IS NOT NULL AS relayed FROM run WHERE id = $1',
        [run.runId],
      );
      expect([state, rows[0]?.relayed]).toEqual([state, true]);
    }
  });

  it('finishes when no cohort is open and every message has ended, not before', async () => {
    const run = await launchRun(database.pool);
    const { token, claimed } = await claim(run);
    await record(
      run,
      token,
      claimed.map(({ id }) => accepted(id)),
    );
    expect(await finishRun(database.pool, run.runId, false)).toEqual({
      state: 'running',
      openCohorts: 1,
      openMessages: true,
    });
    await closeCohorts(run);
    expect(await finishRun(database.pool, run.runId, false)).toMatchObject({
      state: 'running',
      openCohorts: 0,
    });
    await endMessages(run);
    expect(await finishRun(database.pool, run.runId, false)).toMatchObject({ state: 'finished' });
  });

  it('finishes by force with messages open, never with a cohort open', async () => {
    const run = await launchRun(database.pool);
    await claim(run);
    expect(await finishRun(database.pool, run.runId, true)).toMatchObject({ state: 'running' });
    await closeCohorts(run);
    expect(await finishRun(database.pool, run.runId, true)).toMatchObject({ state: 'finished' });
  });

  it('is none when nobody has launched it', async () => {
    expect(await finishRun(database.pool, '00000000-0000-4000-8000-000000000000', true)).toBeUndefined();
  });
});

describe('pausing', () => {
  it('lets nothing be claimed, and resuming lets it go on', async () => {
    const run = await launchRun(database.pool);
    await pauseRun(database.pool, run.runId, 'by hand');
    expect(await claim(run)).toMatchObject({ halted: 'paused', claimed: [] });
    expect(await resumeRun(database.pool, run.runId)).toEqual({ before: 'paused', after: 'running' });
    expect((await claim(run)).claimed).toHaveLength(3);
  });

  it('waits for claims that are under way: none commits after it', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(40) });
    const claims = run.members.map((member) => claim(run, {}, [member]));
    const pause = pauseRun(database.pool, run.runId, 'by hand').then(async () => {
      const { rows } = await database.pool.query('SELECT FROM message WHERE run_id = $1', [run.runId]);
      return rows.length;
    });
    await Promise.all(claims);
    const { rows } = await database.pool.query('SELECT FROM message WHERE run_id = $1', [run.runId]);
    expect(rows.length).toBe(await pause);
  });

  it('keeps a run open whose cohorts have all ended meanwhile', async () => {
    const run = await launchRun(database.pool);
    await pauseRun(database.pool, run.runId, 'by hand');
    await closeCohorts(run);
    expect(await finishRun(database.pool, run.runId, false)).toMatchObject({ state: 'paused' });
    await resumeRun(database.pool, run.runId);
    expect(await finishRun(database.pool, run.runId, false)).toMatchObject({ state: 'finished' });
  });

  it('remembers whether the run was asked for, or draining, before', async () => {
    const requested = await launchRun(database.pool, { state: 'requested' });
    await pauseRun(database.pool, requested.runId, 'too early');
    expect(await resumeRun(database.pool, requested.runId)).toMatchObject({ after: 'requested' });
    const draining = await launchRun(database.pool);
    await database.pool.query('UPDATE run SET started_at = now() WHERE id = $1', [draining.runId]);
    expect(await drainRun(database.pool, draining.runId)).toMatchObject({ after: 'finishing' });
    await pauseRun(database.pool, draining.runId, 'by hand');
    expect(await resumeRun(database.pool, draining.runId)).toMatchObject({ after: 'finishing' });
  });

  it('keeps its reason when the run is asked to finish meanwhile', async () => {
    const run = await launchRun(database.pool);
    await pauseRun(database.pool, run.runId, 'wrong text');
    expect(await drainRun(database.pool, run.runId)).toEqual({ before: 'paused', after: 'paused' });
    const { rows } = await database.pool.query<{ reason: string }>(
      'SELECT state_reason AS reason FROM run WHERE id = $1',
      [run.runId],
    );
    expect(rows[0]?.reason).toBe('wrong text');
    expect(await resumeRun(database.pool, run.runId)).toMatchObject({ after: 'finishing' });
  });

  it('has no effect on a run that has ended', async () => {
    const run = await launchRun(database.pool, { state: 'finished' });
    expect(await pauseRun(database.pool, run.runId, 'late')).toEqual({
      before: 'finished',
      after: 'finished',
    });
  });
});

describe('finishing', () => {
  it('of a run that has not begun holds once it begins', async () => {
    const run = await launchRun(database.pool, { state: 'requested' });
    expect(await drainRun(database.pool, run.runId)).toEqual({ before: 'requested', after: 'requested' });
    expect(await beginRun(database.pool, run.runId)).toBe('finishing');
  });
});

describe('cancelling', () => {
  it('ends what waits in the ledger and nothing that has been called; nothing is claimed after it', async () => {
    const run = await launchRun(database.pool);
    const [first, ...others] = run.members;
    const early = await claim(run, {}, first ? [first] : []);
    await record(
      run,
      early.token,
      early.claimed.map(({ id }) => accepted(id)),
    );
    const late = await claim(run, {}, others.slice(0, 1));
    await record(
      run,
      late.token,
      late.claimed.map(({ id }) => unsent(id, 0)),
    );
    expect(await cancelRun(database.pool, run.runId, 'by hand')).toEqual({
      before: 'running',
      after: 'cancelled',
    });
    expect((await ledgerOf(run)).map(({ state, error }) => [state, error]).sort()).toEqual([
      ['accepted', null],
      ['cancelled', 'run_cancelled'],
    ]);
    expect(await claim(run)).toMatchObject({ halted: 'cancelled', claimed: [] });
  });

  it('is without effect on a run that has ended, or of another project', async () => {
    const run = await launchRun(database.pool, { state: 'finished' });
    expect(await cancelRun(database.pool, run.runId, 'late')).toEqual({
      before: 'finished',
      after: 'finished',
    });
    const other = await launchRun(database.pool);
    expect(await cancelRun(database.pool, other.runId, 'not mine', randomUUID())).toBeUndefined();
    expect(await beginRun(database.pool, other.runId)).toBe('running');
  });

  it('leaves a cohort that has walked to its own workflow, wherever its run begins again', async () => {
    const run = await launchRun(database.pool);
    await database.pool.query('UPDATE cohort SET step = 1 WHERE run_id = $1', [run.runId]);
    expect(await closeUnstartedCohorts(database.pool, { id: run.runId, month: run.month }, 'start', 1)).toBe(
      0,
    );
    expect(await finishRun(database.pool, run.runId, true)).toMatchObject({ openCohorts: 1 });
  });

  it.each([1, 7, 8, 9, 16, 20])('lets all %i members of a cohort that never started leave', async (size) => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(size) });
    const unstarted = { id: run.runId, month: run.month };
    expect(await closeUnstartedCohorts(database.pool, unstarted, 'start', 1)).toBe(1);
    expect(await closeUnstartedCohorts(database.pool, unstarted, 'start', 1)).toBe(0);
    const { rows } = await database.pool.query<{ members: string; exit: string }>(
      `SELECT encode(members, 'hex') AS members, exit FROM trace WHERE run_id = $1`,
      [run.runId],
    );
    expect(rows).toEqual([{ members: MemberSet.full(size).toHex(), exit: 'run_cancelled' }]);
  });
});
