import { readBusinessClock, setBusinessClock, WEDNESDAY_NOON } from '../../database/business-clock.ts';
import { launchRun, seedTestProject } from '../support/launched-run.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('the business clock', () => {
  it('shows database time until it is set, and runs on from what it is set to', async () => {
    const projectId = await seedTestProject(database.pool);
    await database.pool.query('UPDATE project SET clock_offset_ms = 0');
    expect(Math.abs((await readBusinessClock(database.pool, projectId)) - Date.now())).toBeLessThan(5_000);
    await setBusinessClock(database.pool, projectId, WEDNESDAY_NOON);
    const passed = (await readBusinessClock(database.pool, projectId)) - WEDNESDAY_NOON;
    expect(passed).toBeGreaterThanOrEqual(0);
    expect(passed).toBeLessThan(5_000);
  });

  it.each(['allow-list', 'live'] as const)('can not be set in mode %s', async (mode) => {
    const projectId = await seedTestProject(database.pool, mode);
    await expect(setBusinessClock(database.pool, projectId, 0)).rejects.toThrow(/mode simulator/);
  });

  it('stands fast while a run is open', async () => {
    const run = await launchRun(database.pool);
    await expect(setBusinessClock(database.pool, run.projectId, 0)).rejects.toThrow(/run is open/);
    await database.pool.query(`UPDATE run SET state = 'finished' WHERE id = $1`, [run.runId]);
    await setBusinessClock(database.pool, run.projectId, WEDNESDAY_NOON);
  });
});
