import { infobipAt, outbound } from '../support/infobip.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';

const REPORT_URL = 'https://tidings.example.com/webhooks/x/reports/mms/token';
let vendor: RecordingServer;
let provider: ReturnType<typeof infobipAt>;

beforeAll(async () => {
  vendor = await RecordingServer.start((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"messages":[],"results":[]}');
  });
  provider = infobipAt(`${vendor.url}/base/`);
});
afterAll(async () => {
  await provider.close();
  await vendor.stop();
});
beforeEach(() => void vendor.requests.splice(0));

const WEBHOOKS = {
  delivery: { url: REPORT_URL, intermediateReport: false, notify: true },
  contentType: 'application/json',
};

describe('what Infobip is sent', () => {
  it('is an MMS as its version 2 takes it', async () => {
    const content = {
      subject: 'Spring',
      text: 'Hello Ana',
      media: [
        { url: 'https://cdn.example.com/a.jpg', contentType: 'image/jpeg' },
        { url: 'https://cdn.example.com/b.png', contentType: 'image/png' },
        { url: 'https://tidings.example.com/cards/a.vcf', contentType: 'text/vcard' },
      ],
    };
    await provider.submit(
      [
        outbound('+13125550111', {
          id: 'our-id-1',
          content,
          reportUrl: REPORT_URL,
          validityMs: 24 * 3_600_000,
        }),
      ],
      callWindow(),
    );
    expect(vendor.requests).toMatchObject([
      {
        method: 'POST',
        path: '/base/mms/2/messages',
        headers: {
          authorization: 'App simulated',
          'content-type': 'application/json',
          accept: 'application/json',
        },
      },
    ]);
    expect(vendor.bodies()).toEqual([
      {
        messages: [
          {
            sender: '12065550100',
            destinations: [{ to: '13125550111', messageId: 'our-id-1' }],
            content: {
              title: 'Spring',
              messageSegments: [
                { type: 'TEXT', text: 'Hello Ana' },
                {
                  type: 'LINK',
                  contentType: 'image/jpeg',
                  contentUrl: 'https://cdn.example.com/a.jpg',
                  contentId: 'media1',
                },
                {
                  type: 'LINK',
                  contentType: 'image/png',
                  contentUrl: 'https://cdn.example.com/b.png',
                  contentId: 'media2',
                },
                {
                  type: 'LINK',
                  contentType: 'text/vcard',
                  contentUrl: 'https://tidings.example.com/cards/a.vcf',
                  contentId: 'media3',
                },
              ],
            },
            options: { validityPeriod: { amount: 1_440, timeUnit: 'MINUTES' } },
            webhooks: WEBHOOKS,
          },
        ],
      },
    ]);
  });

  it('is an SMS as its version 3 takes it, many in one call', async () => {
    const content = { subject: null, text: 'Doors open at 6.', media: [] };
    const common = { channel: 'sms', content, reportUrl: REPORT_URL, validityMs: 90_000 } as const;
    await provider.submit(
      [
        outbound('+13125550111', { ...common, id: 'one' }),
        outbound('+14165550112', { ...common, id: 'two' }),
      ],
      callWindow(),
    );
    const message = (to: string, messageId: string): object => ({
      sender: '12065550100',
      destinations: [{ to, messageId }],
      content: { text: 'Doors open at 6.' },
      options: { validityPeriod: { amount: 90, timeUnit: 'SECONDS' } },
      webhooks: WEBHOOKS,
    });
    expect(vendor.requests.map(({ path }) => path)).toEqual(['/base/sms/3/messages']);
    expect(vendor.bodies()).toEqual([
      { messages: [message('13125550111', 'one'), message('14165550112', 'two')] },
    ]);
  });

  it.each([null, ''])('has no title where the message has no subject: %j', async (subject) => {
    const content = { subject, text: 'Hi', media: [] };
    await provider.submit([outbound('+13125550111', { content })], callWindow());
    const [body] = vendor.bodies() as { messages: { content: object }[] }[];
    expect(body?.messages[0]?.content).toEqual({ messageSegments: [{ type: 'TEXT', text: 'Hi' }] });
  });

  it.each([
    ['a moment', 1, { amount: 1, timeUnit: 'SECONDS' }],
    ['half a second too much', 59_500, { amount: 60, timeUnit: 'SECONDS' }],
    ['an hour and a bit', 3_600_001, { amount: 61, timeUnit: 'MINUTES' }],
    ['as long as Infobip tries', 48 * 3_600_000, { amount: 2_880, timeUnit: 'MINUTES' }],
    ['nothing', 0, { amount: 1, timeUnit: 'SECONDS' }],
    ['more than Infobip ever tries', 80 * 3_600_000, { amount: 2_880, timeUnit: 'MINUTES' }],
  ])('never expires before our own deadline: %s', async (_what, validityMs, validityPeriod) => {
    await provider.submit([outbound('+13125550111', { validityMs })], callWindow());
    const [body] = vendor.bodies() as { messages: { options: object }[] }[];
    expect(body?.messages[0]?.options).toEqual({ validityPeriod });
  });

  it('asks the logs of each channel for our own ids', async () => {
    await provider.lookup([
      { messageId: 'a', channel: 'mms' },
      { messageId: 'b', channel: 'sms' },
      { messageId: 'c', channel: 'mms' },
    ]);
    const asked = vendor.requests.map(({ method, path }) => [method, decodeURIComponent(path)]);
    expect(asked).toEqual([
      ['GET', '/base/mms/2/logs?messageId=a,c&limit=1000'],
      ['GET', '/base/sms/3/logs?messageId=b&limit=1000'],
    ]);
  });

  it('never names more ids at once than Infobip takes, which is 2,048 characters', async () => {
    const references = Array.from({ length: 120 }, () => ({
      messageId: crypto.randomUUID(),
      channel: 'mms' as const,
    }));
    await provider.lookup(references);
    const lists = vendor.requests.map(
      ({ path }) => new URL(path, vendor.url).searchParams.get('messageId') ?? '',
    );
    expect(lists.flatMap((list) => list.split(',')).sort()).toEqual(
      references.map(({ messageId }) => messageId).sort(),
    );
    for (const list of lists) expect(list.length).toBeLessThanOrEqual(2_048);
  });

  it.each([
    [401, true],
    [403, false],
  ])('tells a look-up that is refused with %d from one that failed', async (status, all) => {
    vendor.respond = (_request, response) => {
      response
        .writeHead(status)
        .end(JSON.stringify({ errorCode: `E${status}`, description: 'No', violations: [] }));
    };
    await expect(provider.lookup([{ messageId: 'a', channel: 'mms' }])).rejects.toMatchObject({
      code: 'lookup_refused',
      statusCode: `E${status}`,
      all,
    });
  });
});
