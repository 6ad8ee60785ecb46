import { importTurn, type TurnOptions } from '../../api/imports/import-turn.ts';
import { claimImport, endImport, releaseImport, LeaseLost } from '../../database/imports/import-lease.ts';
import { writeBatch } from '../../database/imports/write-batch.ts';
import { createPool } from '../../database/pool.ts';
import { eventually } from '../support/eventually.ts';
import { HeldLocks } from '../support/held-locks.ts';
import { importNdjson, readCustomer } from '../support/import.ts';
import { jobEnd, queueLines, readJob, readProblems, sendJob, storedRows } from '../support/import-jobs.ts';
import { otherProject } from '../support/other-project.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterEach(() => stack.database.pool.query('DELETE FROM import_job'));
afterAll(() => stack.stop());

/** A turn that ends behind its first batch. */
const ONE_BATCH: TurnOptions = { leaseMs: 60_000, turnMs: 0, signal: new AbortController().signal };
const WHOLE: TurnOptions = { ...ONE_BATCH, turnMs: 60_000 };

const turn = (options: TurnOptions): Promise<boolean> => importTurn(stack.importDependencies(), options);

/** 3,000 lines: every customer comes three times, and one line in a hundred is none. */
function linesOf(name: string): readonly unknown[] {
  return Array.from({ length: 3_000 }, (_, index) =>
    index % 100 === 99
      ? '{"oops"'
      : {
          externalId: `${name}-${index % 1_000}`,
          phone: '1',
          index,
          [`at${Math.floor(index / 1_000)}`]: true,
        },
  );
}

/** Asserts that every line was applied once, and in order. */
async function expectExact(name: string, id: string): Promise<void> {
  expect(await readJob(stack.api, id)).toMatchObject({
    ...{ state: 'finished', lines: 3_000, created: 990, updated: 1_980 },
    ...{ rejectedCount: 30, warningsCount: 2_970, problem: null },
  });
  const { rows } = await stack.database.pool.query(
    `SELECT count(*)::int, count(*) FILTER (WHERE (attributes ->> 'index')::int >= 2000
       AND attributes ? 'at0' AND attributes ? 'at1' AND attributes ? 'at2')::int AS last
     FROM customer WHERE external_id LIKE $1`,
    [`${name}-%`],
  );
  expect(rows).toEqual([{ count: 990, last: 990 }]);
  const { problems, next } = await readProblems(stack.api, id, '?limit=1000');
  expect([problems.length, next]).toEqual([1_000, '1000']);
  expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 1_000 }, (_, index) => index + 1));
  expect(await storedRows(stack.database.pool)).toMatchObject({ chunks: 0, problems: 3_000 });
}

describe('an import job that is carried out by several processes in turn', () => {
  it('is gone on with behind the last batch', async () => {
    const id = await queueLines(stack.api, linesOf('turns'));
    let turns = 0;
    while (await turn(ONE_BATCH)) turns += 1;
    expect(turns).toBeGreaterThan(6);
    await expectExact('turns', id);
  });

  it('loses nothing and applies nothing twice when a connection is lost in the middle of a batch', async () => {
    await importNdjson(stack.api, { externalId: 'killed-700' });
    await stack.database.pool.query(`DELETE FROM customer WHERE external_id <> 'killed-700'`);
    const id = await queueLines(stack.api, linesOf('killed'));
    const victim = createPool({ url: stack.database.url, name: 'victim' });
    const inTheWay = await HeldLocks.take(
      stack.database.pool,
      `SELECT FROM customer WHERE external_id = 'killed-700' FOR UPDATE`,
    );
    const working = importTurn(stack.importDependencies(victim), WHOLE);
    const failure = working.then(
      () => undefined,
      (error: unknown) => error,
    );
    await inTheWay.isWaitedFor();
    const { lines, created } = await readJob(stack.api, id);
    expect([lines, created]).toEqual([500, 495]);
    await stack.database.pool.query(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'tidings victim'`,
    );
    expect(await failure).toBeInstanceOf(Error);
    await victim.end();
    await inTheWay.letGo();
    await stack.database.pool.query(`DELETE FROM customer WHERE external_id = 'killed-700'`);
    expect(await turn(WHOLE)).toBe(true);
    await expectExact('killed', id);
  });

  it('is not taken from a process that is in the middle of a batch, however long that takes', async () => {
    const { pool } = stack.database;
    await importNdjson(stack.api, { externalId: 'slow' });
    const id = await queueLines(stack.api, [{ externalId: 'slow', n: 1 }]);
    const inTheWay = await HeldLocks.take(pool, `SELECT FROM customer WHERE external_id = 'slow' FOR UPDATE`);
    const working = turn({ ...WHOLE, leaseMs: 1 });
    await inTheWay.isWaitedFor();
    expect(await claimImport(pool, 60_000)).toBeUndefined();
    await inTheWay.letGo();
    await working;
    expect(await readJob(stack.api, id)).toMatchObject({ state: 'finished', updated: 1 });
  });

  it('heeds nothing of a process that it was taken from', async () => {
    const { pool } = stack.database;
    const id = await queueLines(stack.api, [{ externalId: 'fenced', by: 'the second' }]);
    const former = await claimImport(pool, 1);
    const present = await eventually(() => claimImport(pool, 60_000));
    expect([former?.id, present.id]).toEqual([id, id]);
    if (!former) throw new Error('There was no job.');
    const record = { externalId: 'fenced', attributes: { by: 'the first' }, consents: {} };
    const batch = {
      ...{ lines: 1, rejected: [], end: { offset: 10, line: 1 } },
      records: new Map([['fenced', { line: 1, record }]]),
    };
    await expect(writeBatch(pool, former, 'key', batch)).rejects.toBeInstanceOf(LeaseLost);
    await expect(endImport(pool, former, null)).rejects.toBeInstanceOf(LeaseLost);
    await releaseImport(pool, former, true);
    expect(await claimImport(pool, 60_000)).toBeUndefined();
    expect(await readJob(stack.api, id)).toMatchObject({ state: 'running', lines: 0 });
    expect((await stack.api.call('GET', '/v1/customers/fenced')).status).toBe(404);
    await releaseImport(pool, present, true);
    await turn(WHOLE);
    expect((await readCustomer(stack.api, 'fenced')).attributes).toEqual({ by: 'the second' });
  });

  it('goes on after a failure that passes', async () => {
    const { pool } = stack.database;
    const id = await queueLines(stack.api, linesOf('outage'));
    await turn(ONE_BATCH);
    await pool.query('ALTER TABLE customer RENAME TO customer_away');
    await expect(turn(WHOLE)).rejects.toThrow();
    expect(await readJob(stack.api, id)).toMatchObject({ state: 'running', lines: 500 });
    const stop = stack.startImports();
    await pool.query('ALTER TABLE customer_away RENAME TO customer');
    await jobEnd(stack.api, id);
    await stop();
    await expectExact('outage', id);
  });
});

describe('import jobs of several projects', () => {
  it('are carried out side by side, those of one project one after another', async () => {
    const { pool } = stack.database;
    const other = await otherProject(stack);
    const first = await queueLines(stack.api, [{ externalId: 'a' }]);
    const second = await queueLines(stack.api, [{ externalId: 'b' }]);
    const elsewhere = await queueLines(other, [{ externalId: 'c' }]);
    const claimed = await Promise.all([1, 2, 3, 4].map(() => claimImport(pool, 60_000)));
    const jobs = claimed.flatMap((job) => job ?? []);
    expect(jobs.map(({ id }) => id).sort()).toEqual([first, elsewhere].sort());
    expect((await readJob(stack.api, second)).state).toBe('queued');
    for (const job of jobs) await endImport(pool, job, null);
    expect(await claimImport(pool, 60_000)).toMatchObject({ id: second });
  });

  it('have turns, so that a large one keeps no small one waiting', async () => {
    const other = await otherProject(stack);
    const large = await queueLines(stack.api, linesOf('large'));
    const small = await queueLines(other, [{ externalId: 'c' }]);
    await turn(ONE_BATCH);
    await turn(ONE_BATCH);
    expect(await readJob(stack.api, large)).toMatchObject({ state: 'running', lines: 500 });
    await turn(ONE_BATCH);
    expect([(await readJob(other, small)).lines, (await readJob(stack.api, large)).lines]).toEqual([
      1, 1_000,
    ]);
  });
});

describe('an import job that can not be carried out', () => {
  it('fails with the problem of its header when a category that it names is gone', async () => {
    const { pool } = stack.database;
    const header = 'externalId,consent.marketing.granted';
    const { id } = (await sendJob(stack.api, `${header}\nx,\n`)).body;
    await pool.query(`UPDATE consent_category SET key = 'news' WHERE key = 'marketing' AND project_id = $1`, [
      stack.projectId,
    ]);
    await turn(WHOLE);
    await pool.query(`UPDATE consent_category SET key = 'marketing' WHERE key = 'news'`);
    expect(await readJob(stack.api, id)).toMatchObject({
      state: 'failed',
      problem: { code: 'bad_import_header', status: 422, errors: [{ pointer: '/1' }] },
    });
    expect(await storedRows(pool)).toMatchObject({ chunks: 0 });
  });

  it('fails when a part of its file is gone', async () => {
    const { pool } = stack.database;
    const id = await queueLines(stack.api, ['{"externalId":"x"}', 'y'.repeat(600_000)]);
    await pool.query('DELETE FROM import_chunk WHERE first_byte > 0');
    await turn(WHOLE);
    const { problem, state } = await readJob(stack.api, id);
    expect([state, problem?.code]).toEqual(['failed', 'import_damaged']);
    expect(await storedRows(pool)).toMatchObject({ chunks: 0 });
  });

  it('is given up when twenty attempts have written nothing', async () => {
    const { pool } = stack.database;
    const id = await queueLines(stack.api, [{ externalId: 'x' }]);
    await pool.query('UPDATE import_job SET attempts = 20');
    await turn(WHOLE);
    expect(await readJob(stack.api, id)).toMatchObject({ state: 'failed', problem: { code: 'internal' } });
  });
});
