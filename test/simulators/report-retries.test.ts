import {
  INFOBIP_RETRIES,
  SINCH_MMS_RETRIES,
  SINCH_SMS_RETRIES,
  SPEED,
  spedUp,
} from '../../simulators/retries.ts';
import { eventually } from '../support/eventually.ts';
import { callInfobip, outbound } from '../support/infobip.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { RunningSinchMms, sinchMmsAt } from '../support/sinch-mms.ts';
import { outboundSms, RunningSinchSms, sinchSmsAt } from '../support/sinch-sms.ts';

/** Longest time for which a process that takes reports is away, on this machine. */
const AWAY_MS = 60_000;

it.each([
  ['Infobip', INFOBIP_RETRIES],
  ['Sinch SMS', SINCH_SMS_RETRIES],
  ['Sinch MMS', SINCH_MMS_RETRIES],
])('reports of %s outlast a receiver that is away for a minute', (_name, rule) => {
  let lastPostMs = 0;
  for (let retries = 0; retries < 20; retries += 1)
    lastPostMs += (rule.pauseBefore(retries, undefined) ?? 0) / (rule.speed ?? SPEED);
  expect(lastPostMs).toBeGreaterThan(AWAY_MS);
});

it('the pauses of every vendor are as many times shorter as the switch says', () => {
  for (const rule of [INFOBIP_RETRIES, SINCH_SMS_RETRIES, SINCH_MMS_RETRIES]) {
    expect(spedUp(rule, 7)).toMatchObject({ ...rule, speed: 7 });
    expect(spedUp(rule, undefined).speed).toBe(rule.speed);
  }
});

describe('a postback of the simulated Sinch MMS', () => {
  let receiver: RecordingServer;
  let vendor: RunningSinchMms;
  let adapter: ReturnType<typeof sinchMmsAt>;

  beforeEach(async () => {
    receiver = await RecordingServer.start();
    const postbackUrl = `${receiver.url}/postbacks`;
    // Five minutes are 100 ms.
    vendor = await RunningSinchMms.start({ reportDelayMs: 0, postbackUrl, retrySpeedup: 3_000 });
    adapter = sinchMmsAt(vendor.url, undefined, 'whole');
  });
  afterEach(async () => {
    await adapter.close();
    await vendor.stop();
    await receiver.stop();
  });

  const abandoned = async (): Promise<readonly object[]> => {
    const { body } = await callInfobip(vendor.url, 'GET', '/_simulator/reports');
    return (body as { abandoned: readonly object[] }).abandoned;
  };

  it('that is not answered with 200 is posted five more times, and then said to be given up', async () => {
    receiver.respond = (_request, response) => void response.writeHead(202).end();
    const message = outbound('+12125550200');
    await adapter.submit([message], callWindow());
    await eventually(async () => ((await abandoned()).length > 0 ? true : undefined));
    expect(await abandoned()).toEqual([{ id: message.id, report: 0, status: 202 }]);
    expect(receiver.requests).toHaveLength(6);
  });

  it('of a saved MMS is posted again until it is taken', async () => {
    receiver.respond = (_request, response) =>
      void response.writeHead(receiver.requests.length < 3 ? 503 : 200).end();
    await adapter.prepare([{ ...outbound('+12125550200').content, isSameForAll: true }]);
    await eventually(() => (receiver.requests.length === 3 ? true : undefined));
    expect(new Set(receiver.requests.map(({ text }) => text)).size).toBe(1);
    expect(receiver.bodies()[0]).toMatchObject({ code: 'N003' });
  });
});

describe('a delivery report of the simulated Sinch SMS', () => {
  let receiver: RecordingServer;
  let vendor: RunningSinchSms;
  let adapter: ReturnType<typeof sinchSmsAt>;

  beforeEach(async () => {
    receiver = await RecordingServer.start();
    vendor = await RunningSinchSms.start({ reportDelayMs: 0 });
    adapter = sinchSmsAt(vendor.url);
  });
  afterEach(async () => {
    await adapter.close();
    await vendor.stop();
    await receiver.stop();
  });

  /** Statuses that the receiver answers with, in this order, then 200. */
  function answers(...statuses: readonly number[]): void {
    const left = [...statuses];
    receiver.respond = (_request, response) => void response.writeHead(left.shift() ?? 200).end();
  }

  async function send(): Promise<string> {
    const message = outboundSms('+12125550200', { reportUrl: `${receiver.url}/reports` });
    await adapter.submit([message], callWindow());
    return message.id;
  }

  const abandoned = async (): Promise<readonly object[]> => {
    const { body } = await callInfobip(vendor.url, 'GET', '/_simulator/reports');
    return (body as { abandoned: readonly object[] }).abandoned;
  };
  const reported = (): readonly string[] =>
    vendor.rows.flatMap((row) => (row.kind === 'reported' ? [row.id] : []));

  it('is posted again after 5xx and 429 until it is taken', async () => {
    answers(503, 429, 500);
    const id = await send();
    await eventually(() => (reported().includes(id) ? true : undefined));
    expect(receiver.requests).toHaveLength(4);
    expect(await abandoned()).toEqual([]);
  });

  it.each([400, 401, 404])(
    'is given up at once when it is refused with %i, and said to be',
    async (status) => {
      answers(status);
      const id = await send();
      await eventually(async () => ((await abandoned()).length > 0 ? true : undefined));
      expect(await abandoned()).toEqual([{ id, report: 0, status }]);
      // Others are still told.
      const other = await send();
      await eventually(() => (reported().includes(other) ? true : undefined));
      expect(reported()).toEqual([other]);
      expect(receiver.requests).toHaveLength(2);
    },
  );

  it('holds all others back while one that was answered with 429 waits', async () => {
    const posts: number[] = [];
    receiver.respond = (_request, response) => {
      posts.push(Date.now());
      // The fifth answer has a pause of 80 s, which is two thirds of a second here.
      response.writeHead(posts.length <= 5 ? 429 : 200).end();
    };
    const first = await send();
    await eventually(() => (posts.length === 5 ? true : undefined));
    const second = await send();
    await eventually(() => (reported().length === 2 ? true : undefined));
    expect(new Set(reported())).toEqual(new Set([first, second]));
    expect((posts[5] ?? 0) - (posts[4] ?? 0)).toBeGreaterThan(500);
  });
});
