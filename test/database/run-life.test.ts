import { randomUUID } from 'node:crypto';
import { beginRun, cancelRun, closeUnstartedCohorts, finishRun } from '../../database/run-life.ts';
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
    expect(await cancelRun(database.pool, run.runId, run.projectId, 'by hand')).toBe('running');
    expect((await ledgerOf(run)).map(({ state, error }) => [state, error]).sort()).toEqual([
      ['accepted', null],
      ['cancelled', 'run_cancelled'],
    ]);
    expect(await claim(run)).toMatchObject({ halted: 'cancelled', claimed: [] });
  });

  it('is without effect on a run that has ended, or of another project', async () => {
    const run = await launchRun(database.pool, { state: 'finished' });
    expect(await cancelRun(database.pool, run.runId, run.projectId, 'late')).toBe('finished');
    const other = await launchRun(database.pool);
    expect(await cancelRun(database.pool, other.runId, randomUUID(), 'not mine')).toBeUndefined();
    expect(await beginRun(database.pool, other.runId)).toBe('running');
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
