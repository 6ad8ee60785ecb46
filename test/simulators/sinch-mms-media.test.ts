import { eventually } from '../support/eventually.ts';
import { outbound } from '../support/infobip.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { memoryOfSavedContent } from '../support/saved-content.ts';
import { MMS_API_KEY, RunningSinchMms, SERVICE_ID, sinchMmsAt } from '../support/sinch-mms.ts';

/** What the server says of each file; nothing of any other. */
const FILES: Readonly<Record<string, Readonly<Record<string, string | number>>>> = {
  'good.jpg': { 'content-type': 'image/jpeg', 'content-length': 500_000 },
  'short.vcf': { 'content-type': 'text/vcard; charset=utf-8', 'content-length': 300 },
  'chunked.jpg': { 'content-type': 'image/jpeg', 'transfer-encoding': 'chunked' },
  'typeless.jpg': { 'content-length': 10 },
  'bytes.jpg': { 'content-type': 'application/octet-stream', 'content-length': 10 },
  'web.jpg': { 'content-type': 'text/html', 'content-length': 10 },
  'large.jpg': { 'content-type': 'image/jpeg', 'content-length': 3_000_001 },
  'large.gif': { 'content-type': 'image/gif', 'content-length': 1_024_001 },
  'large.mp3': { 'content-type': 'audio/mpeg', 'content-length': 10_000_001 },
  'large.mp4': { 'content-type': 'video/mp4', 'content-length': 50_000_001 },
  'large.vcf': { 'content-type': 'text/vcard', 'content-length': 2_048_001 },
  'medium.jpg': { 'content-type': 'image/jpeg', 'content-length': 1_000_001 },
};

let files: RecordingServer;
let postbacks: RecordingServer;
let vendor: RunningSinchMms;

beforeEach(async () => {
  files = await RecordingServer.start(({ path }, response) => {
    const headers = FILES[path.slice(1)];
    response.writeHead(headers ? 200 : 404, headers).end();
  });
  postbacks = await RecordingServer.start();
  const postbackUrl = `${postbacks.url}/postbacks`;
  vendor = await RunningSinchMms.start({ checksMedia: true, reportDelayMs: 0, postbackUrl });
});
afterEach(() => Promise.all([vendor.stop(), files.stop(), postbacks.stop()]));

interface Answer {
  readonly status: string;
  readonly 'error-code'?: string;
  readonly 'mms-id'?: string;
}

async function call(body: object): Promise<Answer> {
  const answer = await fetch(`${vendor.url}/ep/v2/`, {
    method: 'POST',
    headers: { 'x-api-key': MMS_API_KEY },
    body: JSON.stringify({
      'service-id': SERVICE_ID,
      'message-subject': 'Spring',
      'disable-fallback-sms': true,
      ...body,
    }),
  });
  return (await answer.json()) as Answer;
}

const slides = (...named: readonly (readonly [slot: string, file: string])[]): object => ({
  slide: named.map(([slot, file]) => ({
    [slot]: { url: file.includes(':') ? file : `${files.url}/${file}` },
  })),
});
const save = (...named: readonly (readonly [slot: string, file: string])[]): Promise<Answer> =>
  call({ action: 'savemms', name: 'spring', ...slides(...named) });
const send = (slot: string, file: string, from = '12065550100'): Promise<Answer> =>
  call({ action: 'sendmms', to: '12125550200', from, 'client-reference': 'one', ...slides([slot, file]) });

const postback = (): Promise<unknown> => eventually(() => postbacks.bodies()[0]);

describe('an MMS that is saved at the simulated Sinch', () => {
  it('is taken with files whose server says what they are and how long', async () => {
    expect(await save(['image', 'good.jpg'], ['contact', 'short.vcf'])).toMatchObject({ status: 'Success' });
    expect(await postback()).toMatchObject({ code: 'N003' });
    expect(files.requests.map(({ method }) => method)).toEqual(['HEAD', 'HEAD']);
  });

  it.each([
    ['image', 'none.jpg', 'E351'],
    ['audio', 'none.mp3', 'E352'],
    ['video', 'none.mp4', 'E353'],
    ['contact', 'none.vcf', 'E355'],
    ['vcard', 'none.vcf', 'E355'],
    ['calendar', 'none.ics', 'E356'],
    ['pdf', 'none.pdf', 'E357'],
    ['passbook', 'none.pkpass', 'E358'],
    ['image', 'chunked.jpg', 'E351'],
    ['image', 'typeless.jpg', 'E629'],
    ['image', 'bytes.jpg', 'E629'],
    ['pdf', 'short.vcf', 'E629'],
    ['image', 'large.jpg', 'E331'],
    ['image', 'large.gif', 'E331'],
    ['audio', 'large.mp3', 'E332'],
    ['video', 'large.mp4', 'E333'],
    ['contact', 'large.vcf', 'E335'],
  ])('is refused for the sake of one file in it: %s %s %s', async (slot, file, code) => {
    const refused = {
      status: 'Failure',
      'error-code': code,
      'error-info': expect.stringMatching(/ /) as string,
    };
    expect(await save(['image', 'good.jpg'], [slot, file])).toMatchObject(refused);
  });

  it.each([
    ['image', 'E004'],
    ['audio', 'E002'],
    ['video', 'E003'],
  ])('is told to have failed where a file is no %s, and is not kept', async (slot, code) => {
    const saved = await save([slot, 'web.jpg']);
    expect(saved).toMatchObject({ status: 'Success' });
    expect(await postback()).toMatchObject({ code, 'mms-id': saved['mms-id'] });
    const sent = { action: 'sendsavedmms', to: '12125550200', from: '12065550100' };
    expect(await call({ ...sent, 'mms-id': saved['mms-id'] })).toMatchObject({ 'error-code': 'E241' });
  });

  it('is taken with whatever another machine serves', async () => {
    expect(await save(['image', 'https://cdn.example.test/a.jpg'])).toMatchObject({ status: 'Success' });
  });
});

describe('an MMS that leaves as a whole over the simulated Sinch', () => {
  it.each(['none.jpg', 'chunked.jpg'])(
    'fails by a postback where a file can not be fetched: %s',
    async (file) => {
      expect(await send('image', file)).toMatchObject({ status: 'Success' });
      expect(await postback()).toMatchObject({
        code: 'E101',
        'status-details': 'Error fetching dynamic content',
      });
    },
  );

  it.each([
    ['medium.jpg', '12065550100', 'E331'],
    ['large.jpg', '12345', 'E331'],
    ['web.jpg', '12065550100', 'E629'],
    ['bytes.jpg', '12065550100', 'E629'],
  ])('is refused at once for its file: %s from %s', async (file, from, code) => {
    expect(await send('image', file, from)).toMatchObject({ status: 'Failure', 'error-code': code });
    expect(vendor.rows).toMatchObject([{ kind: 'refused', id: 'one' }]);
  });
});

it('the adapter learns from every answer what it means, and saves nothing twice that is refused', async () => {
  const store = memoryOfSavedContent();
  const adapter = sinchMmsAt(vendor.url, store);
  const contentOf = (file: string): object => ({
    media: [{ url: `${files.url}/${file}`, contentType: 'image/jpeg' }],
    isSameForAll: true,
  });
  const outcomes = [];
  for (const file of ['none.jpg', 'large.jpg']) {
    const { content } = outbound('+12125550200');
    const message = outbound('+12125550200', { content: { ...content, ...contentOf(file) } });
    await adapter.prepare([message.content]);
    await adapter.prepare([message.content]);
    outcomes.push(...(await adapter.submit([message], callWindow())));
  }
  expect(outcomes).toMatchObject([
    { kind: 'rejected', statusCode: 'E351', errorClass: 'permanent' },
    { kind: 'rejected', statusCode: 'E331', errorClass: 'too_large' },
  ]);
  expect(vendor.calls.filter((one) => one.startsWith('POST'))).toHaveLength(2);
  await adapter.close();
});
