import { customerStory } from '../../api/runs/customer-story.ts';
import { quietHoursOfRun } from '../../api/runs/quiet-hours.ts';
import { readRunRow } from '../../api/runs/read-run.ts';
import { recordWalk } from '../../database/record-walk.ts';
import { suppressNumber } from '../../database/suppressions.ts';
import { inTransaction } from '../../database/transaction.ts';
import type { SubmitResult } from '../../domain/effects.ts';
import { setBusinessTime } from '../support/business-time.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { ledgerOf, unsent } from '../support/ledger.ts';
import { scriptedDependencies, type ScriptedDependencies } from '../support/scripted-provider.ts';
import { submitAll } from '../support/submit.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const MINUTE = 60_000;
let database: TestDatabase;
let scripted: ScriptedDependencies;

beforeAll(async () => {
  database = await createTestDatabase();
  scripted = scriptedDependencies(database.pool);
});
afterAll(async () => {
  scripted.deps.renderPool.close();
  await database.drop();
});
beforeEach(() => {
  scripted.called.length = 0;
});

/** Two customers in New York, two in Seattle. */
const customers = () =>
  ['+12125550131', '+12125550132', '+12065550133', '+12065550134'].flatMap((phone) =>
    consentingCustomers(1, { phone }),
  );

const setTime = (run: LaunchedRun, instant: string): Promise<void> =>
  setBusinessTime(database.pool, run.projectId, Date.parse(instant));

/** Members who are to be offered again, by the minutes until then. */
function waits({ queued }: SubmitResult): Readonly<Record<string, string>> {
  return Object.fromEntries(
    queued.map(({ retryAt, members }) => [String(Math.round((retryAt - Date.now()) / MINUTE)), members]),
  );
}

async function whyWaits(
  { pool, projectId, runId }: LaunchedRun,
  customerId = '',
): Promise<string | undefined> {
  const run = await readRunRow(pool, projectId, runId);
  const { entries } = await customerStory(pool, run, customerId);
  return (entries as { at: { explanation: string } | null }[])[0]?.at?.explanation;
}

/** Everybody is at the message node, as the walk writes it before it sleeps. */
async function everybodyIsThere(run: LaunchedRun): Promise<void> {
  const place = { number: 1, nodeId: 'send', pass: 1, members: '0f', arrivedAt: 0, opened: true };
  const places = [{ ...place, openedAt: 0, state: {}, stuck: null }];
  await recordWalk(database.pool, run.cohort, { step: 1, departures: [], places });
}

describe('messages at night', () => {
  it('wait for the morning of where their customers are, and the run and their stories say so', async () => {
    const run = await launchRun(database.pool, { customers: customers() });
    const byPhone = (phone: string) => run.members.find((member) => member.phone === phone);
    const east = [byPhone('+12125550131'), byPhone('+12125550132')];
    await setTime(run, '2026-11-18T22:00:00-05:00');
    await everybodyIsThere(run);
    const seattleFirst = await submitAll(scripted, run);
    // In Seattle it is 19:00.
    expect(scripted.called).toHaveLength(2);
    expect(Object.keys(waits(seattleFirst))).toEqual(['600']);
    const [group] = await quietHoursOfRun(database.pool, { id: run.runId, state: 'running' });
    expect(group).toMatchObject({ node_id: 'send', customers: 2 });
    expect(Math.round((Number(group?.until) - Date.now()) / MINUTE)).toBe(600);
    expect(await whyWaits(run, east[0]?.customerId)).toMatch(
      /^Marketing is sent between 8:00 and 21:00 where the customer may be: it waits for 8:00 in America\/New_York, \w{3} \d\d \w{3} \d{4} \d\d:\d\d UTC, by the project's own clock\.$/,
    );
    expect(await whyWaits(run, byPhone('+12065550133')?.customerId)).toBe('');
  });

  it('have one instant to wake for in each zone, and pass the gate again then', async () => {
    const run = await launchRun(database.pool, { customers: customers() });
    await setTime(run, '2026-11-18T04:00:00-05:00');
    expect(Object.keys(waits(await submitAll(scripted, run))).sort()).toEqual(['240', '420']);
    expect(scripted.called).toEqual([]);

    const [first] = run.members;
    const { rows } = await database.pool.query<{ phone_hash: Buffer }>(
      'SELECT phone_hash FROM recipient WHERE id = $1',
      [first?.recipientId],
    );
    const optOut = { projectId: run.projectId, phoneHash: rows[0]?.phone_hash ?? Buffer.alloc(0) };
    const said = { country: 'US', lineType: null, reason: 'STOP', source: 'inbound', actor: 'recipient' };
    await inTransaction(database.pool, (connection) => suppressNumber(connection, { ...optOut, ...said }));
    await setTime(run, '2026-11-18T11:00:00-05:00');
    const morning = await submitAll(scripted, run);
    expect(morning.outcomes).toContainEqual(
      expect.objectContaining({ outcome: 'suppressed', reason: 'opted_out' }),
    );
    expect(scripted.called).toHaveLength(3);
  });

  it('that wait in the ledger stay there when the window closes', async () => {
    const run = await launchRun(database.pool, { customers: consentingCustomers(1) });
    await setTime(run, '2026-11-18T20:44:00-08:00');
    const { answer } = scripted;
    scripted.answer = (id) => unsent(id, 0);
    await submitAll(scripted, run);
    scripted.answer = answer;
    expect((await ledgerOf(run)).map(({ state }) => state)).toEqual(['queued']);
    await setTime(run, '2026-11-18T20:46:00-08:00');
    await database.pool.query('UPDATE message SET retry_at = clock_timestamp() WHERE run_id = $1', [
      run.runId,
    ]);
    expect(waits(await submitAll(scripted, run))).toEqual({ '674': '01' });
    const [message] = await ledgerOf(run);
    expect(message?.state).toBe('queued');
    // Until noon: nothing sweeps it away in the night.
    expect(Math.round((Number(message?.stale_at) - Date.now()) / MINUTE)).toBe(15 * 60 + 16);
    await setTime(run, '2026-11-19T08:00:00-08:00');
    await submitAll(scripted, run);
    expect((await ledgerOf(run)).map(({ state }) => state)).toEqual(['accepted']);
  });
});
