import { foldPendingReceipts } from '../../database/fold-receipts.ts';
import { readMemberLedger, type SettledOptions } from '../../database/read-member-ledger.ts';
import { settleFallbacks } from '../../database/settle-fallbacks.ts';
import type { MessageState, ReceiptState } from '../../domain/states.ts';
import { acceptedMms, launchFallbackRun, tooLarge } from '../support/fallback-run.ts';
import type { LaunchedRun } from '../support/launched-run.ts';
import { accepted, claim, receiptOf, receive, record } from '../support/ledger.ts';
import { guardLedger } from '../support/ledger-guard.ts';
import { createTestDatabase, type TestDatabase } from '../support/test-database.ts';

let database: TestDatabase;
let run: LaunchedRun;
let mms = '';

beforeAll(async () => {
  database = await createTestDatabase();
  await guardLedger(database.pool);
});
afterAll(() => database.drop());
beforeEach(async () => {
  run = await launchFallbackRun(database.pool, 1);
  [mms = ''] = await acceptedMms(run);
});

const scope = (): Parameters<typeof settleFallbacks>[1] => ({
  month: run.month,
  cohortId: run.cohort.cohortId,
  actionId: 1,
  pass: 1,
});

/** What the ledger says of the customer. */
async function stateOf(options: Partial<SettledOptions> = {}): Promise<MessageState | undefined> {
  const more = { fallsBack: true, ...options };
  const [row] = await readMemberLedger(database.pool, { ...scope(), leg: 0 }, [0], more);
  return row?.state;
}

/** @param later how many seconds after now it says it was */
async function report(id: string, state: ReceiptState, later = 0): Promise<void> {
  await receive(run, receiptOf(id, state, { at: Date.now() + later * 1_000 }));
  await foldPendingReceipts(database.pool, { limit: 10, receiptSlackMs: 300_000 });
}

/** The SMS in place of the MMS is accepted, and settled. @returns its id */
async function madeSms(): Promise<string> {
  const { token, claimed } = await claim(run, { leg: 1 });
  const [sms = ''] = claimed.map(({ id }) => id);
  await record(run, token, [accepted(sms)]);
  await settleFallbacks(database.pool, scope(), { members: [0], refused: [], putOff: [], againAt: 0 });
  return sms;
}

describe('what the ledger says of a customer whose MMS could not be taken', () => {
  it('is that it is accepted while the SMS is due, and what becomes of the SMS then', async () => {
    await tooLarge(run, mms);
    expect(await stateOf()).toBe('accepted');
    expect(await stateOf({ atDeadline: true })).toBe('failed');
    const sms = await madeSms();
    expect(await stateOf()).toBe('accepted');
    await report(sms, 'failed');
    expect(await stateOf()).toBe('failed');
  });

  it('goes by the SMS however the MMS is reported not to have arrived after that', async () => {
    await tooLarge(run, mms);
    await report(await madeSms(), 'delivered');
    await report(mms, 'expired', 1);
    expect(await stateOf()).toBe('delivered');
  });

  it('goes by the MMS as soon as that is delivered after all, be the SMS due or made', async () => {
    await tooLarge(run, mms);
    await report(mms, 'delivered', 1);
    expect(await stateOf()).toBe('delivered');
  });

  it('goes by the MMS again where that is delivered after an SMS that failed', async () => {
    await tooLarge(run, mms);
    await report(await madeSms(), 'failed');
    await report(mms, 'delivered', 1);
    expect(await stateOf()).toBe('delivered');
  });

  it('goes by the MMS where nobody wants an SMS in its place', async () => {
    await report(mms, 'expired');
    expect(await stateOf()).toBe('expired');
  });
});
