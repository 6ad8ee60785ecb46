import { moveToSinch } from '../support/move-to-sinch.ts';
import { RunningSinchMms } from '../support/sinch-mms.ts';
import { RunningSinchSms } from '../support/sinch-sms.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let mms: RunningSinchMms;
let sms: RunningSinchSms;

beforeAll(async () => {
  [stack, mms, sms] = await Promise.all([
    TestStack.start(),
    RunningSinchMms.start({ reportDelayMs: 200 }),
    RunningSinchSms.start({ reportDelayMs: 200 }),
  ]);
});
afterAll(async () => {
  await stack.stop();
  await Promise.all([mms.stop(), sms.stop()]);
});

/** Magic numbers by what they do; every MMS that does not arrive is followed by an SMS. */
const HANDSETS: Readonly<Record<string, string>> = {
  ordinary: '00',
  absent: '50',
  unknown_subscriber: '51',
  silent: '52',
  expiring: '53',
  reset: '54',
  unanswered: '55',
  failing_once: '56',
  throttled: '57',
  truncated: '58',
  no_entry: '59',
  without_mms: '60',
  too_large: '61',
  filtered: '62',
  blocklisted: '63',
  no_route: '64',
  thrice: '65',
  late_success: '66',
  late_failure: '67',
  by_operator: '68',
  early: '69',
  lost_for_good: '72',
  carrier_without_mms: '79',
};

const SCENARIO = {
  name: 'Both vendors',
  nodes: [
    { id: 'start', type: 'now' },
    { id: 'mms', type: 'mms', config: { category: 'marketing', text: 'Hello {{ customer.externalId }}' } },
    { id: 'reached', type: 'exit', config: { reason: 'reached' } },
    { id: 'sms', type: 'sms', config: { category: 'marketing', text: 'Hello {{ customer.externalId }}' } },
  ],
  edges: [
    { from: 'start', to: 'mms' },
    { from: 'mms', outlet: 'delivered', to: 'reached' },
    { from: 'mms', to: 'sms' },
  ],
};

interface Ending {
  readonly state: string;
  readonly code: string | null;
  readonly parts: number | null;
}

/** An SMS follows only where the walk hears of the failure before the success that comes 0.4 s after it. */
const BY_CHANCE = ['late_success sms'];

/** Launches the scenario. @returns how each message ended, by its customer and channel */
async function endings(): Promise<Readonly<Record<string, Ending>>> {
  const runId = await stack.api.run(SCENARIO);
  expect(await stack.api.runEnd(runId)).toMatchObject({ state: 'finished' });
  const { rows } = await stack.database.pool.query<Ending & { name: string }>(
    `SELECT external_id || ' ' || channel AS name, CASE WHEN no_receipt THEN 'no_receipt' ELSE state END AS state,
            status_code AS code, parts
     FROM message JOIN customer ON customer.id = message.customer_id WHERE run_id = $1`,
    [runId],
  );
  const certain = rows.filter(({ name }) => !BY_CHANCE.includes(name));
  return Object.fromEntries(certain.map(({ name, ...ending }) => [name, ending]));
}

/**
 * What the two can't have in common: a message in doubt is offered again by Infobip, which refuses ids that it knows, and nobody
 * can be asked about an MMS at Sinch.
 */
const STATES: Readonly<Record<string, readonly [infobip: string | undefined, sinch: string]>> = {
  'failing_once mms': ['delivered', 'unresolved'],
  'failing_once sms': [undefined, 'unresolved'],
  'lost_for_good mms': ['no_receipt', 'unresolved'],
};

/** The codes that each vendor has for the same end; what is not here has the same one. */
const CODES: Readonly<Record<string, readonly [infobip: string, sinch: string]>> = {
  'absent mms': ['27', 'E101'],
  'absent sms': ['27', '404'],
  'blocklisted mms': ['14', 'E114'],
  'blocklisted sms': ['14', 'illegal_number_type'],
  'by_operator mms': ['5', 'N102'],
  'carrier_without_mms mms': ['6', 'E628'],
  'carrier_without_mms sms': ['5', '0'],
  'early mms': ['5', 'N102'],
  'expiring mms': ['4098', 'N103'],
  'expiring sms': ['4098', '406'],
  'filtered mms': ['607', 'E102'],
  'filtered sms': ['607', '62'],
  'late_failure mms': ['5', 'N102'],
  'late_success mms': ['5', 'N102'],
  'no_entry mms': ['5', 'N102'],
  'no_route mms': ['19', 'E628'],
  'no_route sms': ['19', 'illegal_number_type'],
  'ordinary mms': ['5', 'N102'],
  'reset mms': ['5', 'N102'],
  'thrice mms': ['5', 'N102'],
  'throttled mms': ['5', 'N102'],
  'too_large mms': ['15026', 'E101'],
  'too_large sms': ['5', '0'],
  'truncated mms': ['5', 'N102'],
  'unanswered mms': ['5', 'N102'],
  'unknown_subscriber mms': ['1', 'E102'],
  'unknown_subscriber sms': ['1', '300'],
  'without_mms mms': ['15019', 'E102'],
  'without_mms sms': ['5', '0'],
};

/** One side of a table, without what does not come about there. */
function sideOf(
  table: Readonly<Record<string, readonly [string | undefined, string]>>,
  side: 0 | 1,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(table).flatMap(([name, sides]) => {
      const value = sides[side];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

const statesOf = (all: Readonly<Record<string, Ending>>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).map(([name, { state }]) => [name, state]));
const codesOf = (all: Readonly<Record<string, Ending>>): Record<string, string | null> =>
  Object.fromEntries(Object.entries(all).map(([name, { code }]) => [name, code]));

it('the same scenario with the same fates ends in the same states over Infobip and over Sinch', async () => {
  const phones = Object.entries(HANDSETS).map(([name, digits]) => [
    name,
    digits === '00' ? '+12125550200' : `+121255501${digits}`,
  ]);
  await stack.api.importConsenting(Object.fromEntries(phones) as Record<string, string>);
  const infobip = await endings();
  await moveToSinch(stack, { sms, mms });
  const sinch = await endings();
  expect(statesOf(infobip)).toMatchObject({ 'ordinary mms': 'delivered', 'without_mms sms': 'delivered' });
  expect(statesOf(infobip)).toMatchObject(sideOf(STATES, 0));
  expect(statesOf(sinch)).toEqual({ ...statesOf(infobip), ...sideOf(STATES, 1) });
  expect(codesOf(infobip)).toMatchObject(sideOf(CODES, 0));
  expect(codesOf(sinch)).toMatchObject(sideOf(CODES, 1));
  const [partsAtInfobip, partsAtSinch] = [infobip, sinch].map((all) => all['ordinary mms']?.parts);
  expect([partsAtInfobip, partsAtSinch]).toEqual([1, null]);
});
