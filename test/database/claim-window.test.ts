import type { ClaimScope } from '../../database/claim-messages.ts';
import type { CustomerRecord } from '../../domain/customer-record.ts';
import { setBusinessTime } from '../support/business-time.ts';
import { consentingCustomers, launchRun, type LaunchedRun } from '../support/launched-run.ts';
import { claim, ledgerOf } from '../support/ledger.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FRESH = { freshnessMs: 4 * HOUR };
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A run of one customer in Seattle, where it is the given time of 18 November 2026. */
async function runAt(pacific: string, more: Partial<CustomerRecord> = {}): Promise<LaunchedRun> {
  const run = await launchRun(database.pool, { customers: consentingCustomers(1, more) });
  await setBusinessTime(database.pool, run.projectId, Date.parse(`2026-11-18T${pacific}:00-08:00`));
  return run;
}

/** What a claim came to: the message, or what the gate said, with the wait in whole minutes. */
async function attempt(run: LaunchedRun, more: Partial<ClaimScope> = {}): Promise<string> {
  const { claimed, refused } = await claim(run, more);
  const [verdict] = refused.map((refusal) => refusal.verdict);
  if (verdict?.kind === 'defer')
    return `${verdict.reason} for ${Math.round((verdict.until - Date.now()) / MINUTE)} min`;
  return verdict?.reason ?? `${claimed.length} claimed`;
}

describe('a claim of a marketing message', () => {
  it('is made up to a quarter of an hour before 21:00, and put off to 8:00 from then on', async () => {
    const run = await runAt('20:44');
    expect(await attempt(run)).toBe('1 claimed');
    const late = await runAt('20:46');
    expect(await attempt(late)).toBe(`quiet_hours for ${11 * 60 + 14} min`);
    expect(await ledgerOf(late)).toEqual([]);
    expect(await attempt(await runAt('07:59'))).toBe('quiet_hours for 1 min');
    expect(await attempt(await runAt('08:00'))).toBe('1 claimed');
  });

  it('is not late in the morning: its freshness counts from the opening', async () => {
    const run = await runAt('08:01');
    const plannedAt = Date.now() - 11 * HOUR;
    expect(await attempt(run, { ...FRESH, plannedAt })).toBe('1 claimed');
    const [message] = await ledgerOf(run);
    expect(Math.round((Number(message?.stale_at) - Date.now()) / MINUTE)).toBe(4 * 60 - 1);
    expect(await attempt(await runAt('12:01'), { ...FRESH, plannedAt: Date.now() - 15 * HOUR })).toBe(
      'stale',
    );
  });

  it('of what was planned in the daytime is late as ever', async () => {
    expect(await attempt(await runAt('14:01'), { ...FRESH, plannedAt: Date.now() - 4 * HOUR - MINUTE })).toBe(
      'stale',
    );
  });

  it('hands the provider no more time than there is until 21:00', async () => {
    const { claimed } = await claim(await runAt('19:30'));
    expect((claimed[0]?.validForMs ?? 0) / MINUTE).toBeGreaterThanOrEqual(89);
    expect((claimed[0]?.validForMs ?? 0) / MINUTE).toBeLessThanOrEqual(90);
  });

  it('waits also for where the profile says the customer is', async () => {
    expect(await attempt(await runAt('12:00', { timezone: 'Pacific/Honolulu' }))).toBe('1 claimed');
    expect(await attempt(await runAt('09:00', { timezone: 'Pacific/Honolulu' }))).toBe(
      'quiet_hours for 60 min',
    );
  });

  it('waits for the whole country where the area code says nothing', async () => {
    const tollFree = { phone: '+18002345678' };
    expect(await attempt(await runAt('09:30', tollFree))).toBe('quiet_hours for 30 min');
    expect(await attempt(await runAt('10:00', tollFree))).toBe('1 claimed');
  });

  it('is never made where no hour of the day will do', async () => {
    const nowhere = { phone: '+18002345678', timezone: 'Asia/Karachi' };
    expect(await attempt(await runAt('10:00', nowhere))).toBe('no_common_hours');
  });
});

it('a claim of a transactional message is made at any hour', async () => {
  const run = await runAt('03:00');
  const transactional = { categoryId: run.categoryIds['transactional'] ?? '', consentClass: 'transactional' };
  expect(await attempt(run, transactional as Partial<ClaimScope>)).toBe('1 claimed');
});

it('a clock that was set counts for nothing where the provider is not on this machine', async () => {
  const elsewhere = { providerIsLocal: false, isTestNumber: () => true };
  const said = [];
  for (const time of ['03:00', '12:00']) said.push(await attempt(await runAt(time), elsewhere));
  expect(said[0]?.replace(/\d+ min/, '')).toBe(said[1]?.replace(/\d+ min/, ''));
});
