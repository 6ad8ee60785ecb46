import { closeSlot, reserveSlot, turnsUntil, type LaneVisit, type Slot } from '../../database/lanes.ts';
import type { Rates } from '../../domain/rates.ts';
import { launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { warm } from '../support/warm-pool.ts';

const UNLIMITED: Rates = { integration: null, sender: null, run: null };
const OTHER = '00000000-0000-4000-8000-000000000001';

let database: TestDatabase;
let run: LaunchedRun;

beforeAll(async () => {
  database = await createTestDatabase();
  run = await launchRun(database.pool);
});
afterAll(() => database.drop());
let begunAt: number;
beforeEach(async () => {
  await database.pool.query('TRUNCATE lane_slot');
  begunAt = Date.now();
});

function visit(cohortId: number, more: Partial<LaneVisit> = {}): LaneVisit {
  return {
    cohortId: String(cohortId),
    actionId: 1,
    pass: 1,
    leg: 0,
    plannedAt: Date.UTC(2026, 10, 22),
    runId: run.cohort.runId,
    senderId: OTHER,
    integrationId: run.integrationId,
    consentClass: 'marketing',
    ...more,
  };
}

/** Of what was kept, at ten messages a second. */
const reserve = (of: LaneVisit, messages: number): Promise<Slot> =>
  reserveSlot(database.pool, of, { messages, rates: UNLIMITED, backlogRate: 10 });
const reserveBy = (rates: Partial<Rates>, of: LaneVisit, messages: number): Promise<Slot> =>
  reserveSlot(database.pool, of, { messages, rates: { ...UNLIMITED, ...rates }, backlogRate: null });

/** Slots stand still while the statements of a test take their time: one is nearer by as much, and not by more. */
function expectAhead(aheadMs: number, seconds: number): void {
  expect(aheadMs).toBeLessThan(seconds * 1_000 + 100);
  expect(aheadMs).toBeGreaterThan(seconds * 1_000 - (Date.now() - begunAt) - 100);
}

const expectStart = ({ startsInMs }: Slot, seconds: number): void => expectAhead(startsInMs, seconds);

describe('a lane', () => {
  it('gives visits their time one behind the other, however many ask at once', async () => {
    await warm(database.pool);
    const slots = await Promise.all(Array.from({ length: 8 }, (_, cohort) => reserve(visit(cohort), 100)));
    slots.sort((one, other) => one.startsInMs - other.startsInMs);
    for (const [index, slot] of slots.entries()) expectStart(slot, index * 10);
  });

  it('gives a visit that asks again what it has, until it has used it', async () => {
    await reserve(visit(1), 100);
    expectStart(await reserve(visit(2), 50), 10);
    expect(await reserve(visit(2), 999)).toMatchObject({ size: 50, known: true });
    await closeSlot(database.pool, visit(2));
    const next = await reserve(visit(2), 20);
    expect(next).toMatchObject({ size: 20, known: false });
    expectStart(next, 15);
    expectAhead(Number(next.formerEndsInMs), 15);
  });

  it('stays taken by a slot that was used up sooner: its messages have left', async () => {
    await reserve(visit(1), 100);
    await closeSlot(database.pool, visit(1));
    expectStart(await reserve(visit(2), 1), 10);
  });

  it('tells visits of one node apart by when they were planned, and by their leg', async () => {
    await reserve(visit(1), 100);
    expectStart(await reserve(visit(1, { plannedAt: Date.UTC(2026, 10, 23) }), 50), 10);
    expectStart(await reserve(visit(1, { leg: 1 }), 1), 15);
  });

  it('has room for transactional messages beside marketing, also where the integration has a rate', async () => {
    const transactional = { consentClass: 'transactional' } as const;
    await reserve(visit(1), 1_000);
    expectStart(await reserve(visit(2, transactional), 1), 0);
    await database.pool.query('TRUNCATE lane_slot');
    await reserveBy({ integration: 100 }, visit(1), 8_000);
    expectStart(await reserveBy({ integration: 100 }, visit(2), 8_000), 100);
    const first = await reserveBy({ integration: 100 }, visit(3, transactional), 100);
    expectStart(first, 0);
    expect(first.size).toBe(100);
  });

  it('is shared by all who send through an integration, by a sender, in a run', async () => {
    const other = { runId: OTHER, cohortId: '9' };
    await reserveBy({ integration: 10 }, visit(1), 80);
    expectStart(await reserveBy({ integration: 10 }, visit(2, other), 80), 10);
    await reserveBy({ sender: 10 }, visit(3, { integrationId: OTHER }), 100);
    expectStart(await reserveBy({ sender: 1_000 }, visit(4), 1_000), 0);
    expectStart(await reserveBy({ run: 10 }, visit(5, { senderId: run.integrationId }), 10), 10);
  });

  it('forgets after two days who has had a turn, and begins at once when it was free for long', async () => {
    await reserve(visit(1), 100);
    await reserve(visit(2), 100);
    await database.pool.query(
      `UPDATE lane_slot SET starts_at = starts_at - interval '3 days', ends_at = ends_at - interval '3 days'`,
    );
    expectStart(await reserve(visit(1), 100), 0);
    const { rows } = await database.pool.query('SELECT cohort_id FROM lane_slot');
    expect(rows).toEqual([{ cohort_id: '1' }]);
  });

  it('tells until when what waits for its turn will have left', async () => {
    expect(await turnsUntil(database.pool, run.cohort.runId)).toBeNull();
    await reserveBy({ run: 10 }, visit(1), 4_000);
    await reserveBy({ run: 10 }, visit(2), 500);
    const until = await turnsUntil(database.pool, run.cohort.runId);
    expectAhead(Number(until) - Date.now(), 450);
  });
});
