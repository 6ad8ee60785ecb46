import { closeSlot, reserveSlot, type LaneVisit, type Slot } from '../../database/lanes.ts';
import { launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { warm } from '../support/warm-pool.ts';

const GAP_MS = 100;

let database: TestDatabase;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
  run = await launchRun(database.pool);
});
afterAll(() => database.drop());
beforeEach(() => database.pool.query('TRUNCATE lane, lane_slot'));

function visit(cohortId: number, more: Partial<LaneVisit> = {}): LaneVisit {
  const { integrationId } = run;
  return {
    cohortId: String(cohortId),
    actionId: 1,
    pass: 1,
    plannedAt: Date.UTC(2026, 10, 22),
    integrationId,
    consentClass: 'marketing',
    ...more,
  };
}

const reserve = (of: LaneVisit, messages: number, gapMs = GAP_MS): Promise<Slot> =>
  reserveSlot(database.pool, of, { messages, gapMs });

/** To the second: what the statements take does not count. */
const seconds = ({ startsInMs }: Slot): number => Math.round(startsInMs / 1_000) + 0;

describe('a lane', () => {
  it('gives visits their time one behind the other, however many ask at once', async () => {
    await warm(database.pool);
    const slots = await Promise.all(Array.from({ length: 8 }, (_, cohort) => reserve(visit(cohort), 100)));
    expect(slots.map(seconds).sort((a, b) => a - b)).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
  });

  it('gives a visit that asks again what it has, until it has used it', async () => {
    await reserve(visit(1), 100);
    expect(seconds(await reserve(visit(2), 50))).toBe(10);
    expect(await reserve(visit(2), 999)).toMatchObject({ size: 50 });
    await closeSlot(database.pool, visit(2));
    expect(seconds(await reserve(visit(2), 20))).toBe(15);
  });

  it('tells visits of one node apart by when they were planned', async () => {
    await reserve(visit(1), 100);
    expect(seconds(await reserve(visit(1, { plannedAt: Date.UTC(2026, 10, 23) }), 1))).toBe(10);
  });

  it('has room for transactional messages beside a marketing backlog', async () => {
    await reserve(visit(1), 1_000);
    expect(seconds(await reserve(visit(2, { consentClass: 'transactional' }), 1))).toBe(0);
  });

  it('lets one visit reserve five minutes at most', async () => {
    expect((await reserve(visit(1), 1_000_000)).size).toBe(3_000);
    expect(seconds(await reserve(visit(2), 1))).toBe(300);
  });

  it('forgets slots that nobody has used, and begins at once when it was free for long', async () => {
    await reserve(visit(1), 100);
    await reserve(visit(2), 100);
    await database.pool.query(
      `UPDATE lane_slot SET starts_at = starts_at - interval '1 hour', ends_at = ends_at - interval '1 hour';
       UPDATE lane SET next_free_at = next_free_at - interval '1 hour'`,
    );
    expect(seconds(await reserve(visit(1), 100))).toBe(0);
    const { rows } = await database.pool.query('SELECT cohort_id FROM lane_slot');
    expect(rows).toEqual([{ cohort_id: '1' }]);
  });
});
