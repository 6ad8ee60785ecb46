import { request } from 'undici';
import { SUBSCRIBERS } from '../../simulators/subscribers.ts';
import { handsetOf, MAGIC_NUMBERS, ORDINARY } from '../../simulators/handsets.ts';
import { API_KEY, callInfobip, mmsBody, RunningSimulator } from '../support/infobip.ts';
import { eventually } from '../support/eventually.ts';
import { RecordingServer } from '../support/recording-server.ts';

/** What the first call with a number gets, what the second one with the same id, and which reports come. */
interface Behaviour {
  readonly first: string;
  readonly again: string;
  /** Group and id of each report's status, and the error's id, in order. */
  readonly reports: readonly string[];
}

const DELIVERED = '3/5 error 0';
const accepted = (...reports: readonly string[]): Behaviour => ({
  first: 'status 26',
  again: 'status 23',
  reports,
});
const lost = (first: string): Behaviour => ({ first, again: 'status 23', reports: [DELIVERED] });

const BEHAVIOURS: Readonly<Record<string, Behaviour>> = {
  '50': accepted('2/9 error 27'),
  '51': accepted('2/9 error 1'),
  '52': accepted(),
  '53': accepted('4/15 error 4098'),
  '54': lost('connection lost'),
  '55': lost('no answer'),
  '56': { first: 'HTTP 500', again: 'status 26', reports: [DELIVERED] },
  '57': { first: 'HTTP 429', again: 'status 26', reports: [DELIVERED] },
  '58': lost('half an answer'),
  '59': lost('no entry'),
  '60': accepted('2/9 error 15019'),
  '61': accepted('2/9 error 15026'),
  '62': accepted('2/9 error 607'),
  '63': { first: 'status 14', again: 'status 14', reports: [] },
  '64': { first: 'status 19', again: 'status 19', reports: [] },
  '65': accepted(DELIVERED, DELIVERED, DELIVERED),
  '66': accepted('2/9 error 27', DELIVERED),
  '67': accepted(DELIVERED, '2/9 error 500'),
  '68': accepted('3/2 error 0', DELIVERED),
  '69': accepted(DELIVERED),
  '70': accepted(DELIVERED),
  '71': lost('no answer'),
  '72': { ...lost('connection lost'), reports: [] },
  '73': { ...lost('connection lost'), reports: [] },
  '74': accepted(DELIVERED, '3/2 error 0'),
  ...Object.fromEntries(Object.keys(SUBSCRIBERS).map((digits) => [digits, accepted(DELIVERED)])),
  '79': { first: 'status 6', again: 'status 6', reports: [] },
};

interface Result {
  readonly messageId: string;
  readonly status: { readonly groupId: number; readonly id: number };
  readonly error: { readonly id: number };
}

let vendor: RunningSimulator;
let receiver: RecordingServer;
const first = new Map<string, string>();
const again = new Map<string, string>();
const answeredAt = new Map<string, number>();
const reportedAt = new Map<string, number>();

/** Sends to a number and says in a word what came back. */
async function send(digits: string): Promise<string> {
  try {
    const answer = await request(`${vendor.url}/mms/2/messages`, {
      method: 'POST',
      headers: { authorization: `App ${API_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify(mmsBody({ [digits]: `121255501${digits}` }, `${receiver.url}/hook`)),
      signal: AbortSignal.timeout(digits === '55' ? 1_000 : 10_000),
    });
    const text = await answer.body.text();
    if (answer.statusCode !== 200) return `HTTP ${answer.statusCode}`;
    if (!text.endsWith('}')) return 'half an answer';
    const { messages } = JSON.parse(text) as { messages: readonly Result[] };
    return messages[0] ? `status ${messages[0].status.id}` : 'no entry';
  } catch (error) {
    return error instanceof DOMException && error.name === 'TimeoutError' ? 'no answer' : 'connection lost';
  }
}

function results(digits: string): readonly Result[] {
  return (receiver.bodies() as readonly { results: readonly Result[] }[])
    .flatMap((body) => body.results)
    .filter(({ messageId }) => messageId === digits);
}

beforeAll(async () => {
  vendor = await RunningSimulator.start({ reportDelayMs: 150 });
  receiver = await RecordingServer.start((recorded, response) => {
    for (const { messageId } of (JSON.parse(recorded.text) as { results: readonly Result[] }).results)
      reportedAt.set(messageId, Math.min(reportedAt.get(messageId) ?? Infinity, performance.now()));
    response.writeHead(200).end();
  });
  await Promise.all(
    Object.keys(BEHAVIOURS).map(async (digits) => {
      first.set(digits, await send(digits));
      answeredAt.set(digits, performance.now());
      again.set(digits, await send(digits));
    }),
  );
  const expected = Object.values(BEHAVIOURS).flatMap(({ reports }) => reports).length;
  const all = (): number => Object.keys(BEHAVIOURS).flatMap((digits) => results(digits)).length;
  await eventually(() => (all() >= expected ? true : undefined));
});
afterAll(async () => {
  await vendor.stop();
  await receiver.stop();
});

describe('the magic numbers', () => {
  it('are all looked at here', () => {
    expect(Object.keys(BEHAVIOURS).sort()).toEqual(Object.keys(MAGIC_NUMBERS).sort());
  });

  it.each(Object.entries(MAGIC_NUMBERS).map(([digits, { meaning }]) => [digits, meaning] as const))(
    '%s: %s',
    (digits) => {
      expect({
        first: first.get(digits),
        again: again.get(digits),
        reports: results(digits).map(
          ({ status, error }) => `${status.groupId}/${status.id} error ${error.id}`,
        ),
      }).toEqual(BEHAVIOURS[digits]);
    },
  );

  it('65 repeats the very same report', () => {
    expect(new Set(results('65').map((result) => JSON.stringify(result))).size).toBe(1);
  });

  it('69 reports before it answers, the others do not', () => {
    expect(reportedAt.get('69')).toBeLessThan(answeredAt.get('69') ?? 0);
    expect(reportedAt.get('50')).toBeGreaterThan(answeredAt.get('50') ?? Infinity);
  });

  it('52 stays pending in the logs', async () => {
    const { body } = await callInfobip(vendor.url, 'GET', '/mms/2/logs?messageId=52');
    expect((body as { results: readonly Result[] }).results).toMatchObject([{ status: { groupId: 1 } }]);
  });

  it('73 is in no log, however it is asked for', async () => {
    const { body } = await callInfobip(vendor.url, 'GET', '/mms/2/logs?messageId=72,73');
    expect((body as { results: readonly Result[] }).results.map(({ messageId }) => messageId)).toEqual([
      '72',
    ]);
  });

  it('are those of any area, with or without a plus, and of no other exchange', () => {
    for (const to of ['+12125550150', '14165550150']) expect(handsetOf(to, 'mms')).toBe(MAGIC_NUMBERS['50']);
    for (const to of ['+12125550250', '+12125560150', '+442125550150', '+12125550199'])
      expect(handsetOf(to, 'mms')).toBe(ORDINARY);
  });

  it('whose trouble is with MMS get an SMS', () => {
    expect(handsetOf('+12125550160', 'sms')).toBe(ORDINARY);
    expect(handsetOf('+12125550161', 'sms')).toBe(ORDINARY);
    expect(handsetOf('+12125550179', 'sms')).toBe(ORDINARY);
    expect(handsetOf('+12125550162', 'sms')).toBe(MAGIC_NUMBERS['62']);
  });
});
