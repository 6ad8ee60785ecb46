import { noteFailure, noteSuccess, readOpenBreakers, takeProbe } from '../../database/breakers.ts';
import { launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { warm } from '../support/warm-pool.ts';

const PAUSES = { first: 30_000, last: 100_000 };

let database: TestDatabase;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
  run = await launchRun(database.pool);
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('DELETE FROM breaker'));

const fail = (opensAt: number): Promise<boolean> =>
  noteFailure(
    database.pool,
    { integrationId: run.integrationId, opensAt, statusCode: '401', error: 'Invalid login details' },
    PAUSES,
  );
const succeed = (ageMs = 0): Promise<boolean> =>
  noteSuccess(database.pool, { integrationId: run.integrationId, ageMs });
const probe = async (): Promise<boolean> => (await takeProbe(database.pool, run.integrationId, PAUSES)) > 0;
const becomeDue = (): Promise<unknown> => database.pool.query('UPDATE breaker SET probe_at = now()');

describe('a breaker', () => {
  it('opens after so many failures in a row, once, and says what the provider answered', async () => {
    expect([await fail(3), await fail(3)]).toEqual([false, false]);
    expect(await readOpenBreakers(database.pool, run.projectId)).toEqual([]);
    expect(await fail(3)).toBe(true);
    // Of two within one millisecond both may be told.
    await database.pool.query('SELECT pg_sleep(0.002)');
    expect(await fail(3)).toBe(false);
    expect(await readOpenBreakers(database.pool, run.projectId)).toMatchObject([
      { integration: 'infobip', statusCode: '401', error: 'Invalid login details', probes: 0 },
    ]);
  });

  it('stays closed when a success comes between', async () => {
    await fail(3);
    await fail(3);
    expect(await succeed()).toBe(false);
    expect([await fail(3), await fail(3), await fail(3)]).toEqual([false, false, true]);
  });

  it('opens at once where one failure is enough, also the first one ever', async () => {
    expect(await fail(1)).toBe(true);
  });

  it('closes with the success of a call that was made after it opened, and of no earlier one', async () => {
    await fail(1);
    await database.pool.query(`UPDATE breaker SET opened_at = now() - interval '1 minute'`);
    expect(await succeed(90_000)).toBe(false);
    expect(await readOpenBreakers(database.pool, run.projectId)).toHaveLength(1);
    expect(await succeed(30_000)).toBe(true);
    expect(await readOpenBreakers(database.pool, run.projectId)).toEqual([]);
  });

  it('gives its probe to one only, when it is due, and the next one later and later', async () => {
    await warm(database.pool);
    await fail(1);
    expect(await probe()).toBe(false);
    const waits: number[] = [];
    for (let i = 0; i < 3; i += 1) {
      await becomeDue();
      const taken = await Promise.all(Array.from({ length: 8 }, probe));
      expect(taken.filter(Boolean)).toHaveLength(1);
      const [open] = await readOpenBreakers(database.pool, run.projectId);
      waits.push(Math.round(((open?.nextProbeAt.getTime() ?? 0) - Date.now()) / 10_000));
    }
    expect(waits).toEqual([6, 10, 10]);
  });
});

describe('a claim for an integration whose breaker is open', () => {
  it('takes nobody, and puts everybody off until the probe', async () => {
    await fail(1);
    const { claimed, refused } = await claim(run, { recheckMs: 60_000 });
    expect(claimed).toEqual([]);
    expect(refused).toMatchObject(
      run.members.map(() => ({ verdict: { kind: 'defer', reason: 'breaker_open' } })),
    );
    const [open] = await readOpenBreakers(database.pool, run.projectId);
    expect(refused[0]?.verdict).toMatchObject({ until: open?.nextProbeAt.getTime() });
  });

  it('takes one of all when the probe is due, however many claim', async () => {
    const other = await launchRun(database.pool);
    await fail(1);
    await becomeDue();
    const claims = await Promise.all(other.members.map((member) => claim(other, {}, [member])));
    expect(claims.flatMap(({ claimed }) => claimed)).toHaveLength(1);
    expect(claims.flatMap(({ refused }) => refused)).toHaveLength(other.members.length - 1);
  });
});
