import type { LookupResult, MessageProvider } from '../../providers/provider.ts';
import { infobipAt } from '../support/infobip.ts';
import { RecordingServer, type RecordedRequest } from '../support/recording-server.ts';
import { sinchSmsAt } from '../support/sinch-sms.ts';

let vendor: RecordingServer;
let sinchSms: MessageProvider;
let infobip: MessageProvider;

beforeAll(async () => {
  vendor = await RecordingServer.start();
  [sinchSms, infobip] = [sinchSmsAt(vendor.url), infobipAt(vendor.url)];
});
afterAll(async () => {
  await Promise.all([sinchSms.close(), infobip.close()]);
  await vendor.stop();
});
beforeEach(() => void vendor.requests.splice(0));

/** Answers each request with what there is for it, else with 503. */
function answers(bodyFor: (request: RecordedRequest) => object | undefined): void {
  vendor.respond = (request, response) => {
    const body = bodyFor(request);
    response.writeHead(body ? 200 : 503, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body ?? {}));
  };
}

const told = (results: readonly LookupResult[]): object =>
  Object.fromEntries(results.map(({ messageId, kind }) => [messageId, kind]));

const sinchReport = (id: string): object => ({
  delivery_reports: [{ batch_id: '01JB', client_reference: id, code: 0, status: 'Delivered' }],
});

describe('a look-up of which a call fails', () => {
  it('keeps what Sinch has told, asks no more, and says of whom nothing is known', async () => {
    answers(({ path }) => (path.includes('client_reference=a') ? sinchReport('a') : undefined));
    const references = ['a', 'b', 'c'].map((messageId) => ({ messageId, channel: 'sms' as const }));
    const results = await sinchSms.lookup(references);
    expect(told(results)).toEqual({ a: 'found', b: 'unanswered', c: 'unanswered' });
    expect(results[1]).toMatchObject({ error: { name: 'TransientError', code: 'lookup_failed' } });
    expect(vendor.requests).toHaveLength(2);
  });

  it('does not take for missing whose reports were read and whose batches were not', async () => {
    answers(({ path }) => {
      if (path.includes('client_reference=a')) return sinchReport('a');
      return path.includes('/delivery_reports') ? { delivery_reports: [] } : undefined;
    });
    const references = ['a', 'b'].map((messageId) => ({ messageId, channel: 'sms' as const }));
    expect(told(await sinchSms.lookup(references))).toEqual({ a: 'found', b: 'unanswered' });
  });

  it('keeps what Infobip has told of one channel where the logs of the other fail', async () => {
    const result = { messageId: 'a', status: { groupId: 3, id: 5 } };
    answers(({ path }) => (path.startsWith('/mms') ? { results: [result] } : undefined));
    const results = await infobip.lookup([
      { messageId: 'b', channel: 'sms' },
      { messageId: 'a', channel: 'mms' },
      { messageId: 'c', channel: 'mms' },
    ]);
    expect(told(results)).toEqual({ a: 'found', c: 'missing', b: 'unanswered' });
  });

  it('fails as a whole where it is the first', async () => {
    answers(() => undefined);
    const references = [{ messageId: 'a', channel: 'sms' as const }];
    for (const provider of [sinchSms, infobip])
      await expect(provider.lookup(references)).rejects.toMatchObject({ code: 'lookup_failed' });
  });
});

it('a batch in Sinch’s list that can not be read costs none of the others', async () => {
  answers(({ path }) =>
    path.includes('/delivery_reports')
      ? { delivery_reports: [null, { status: 7 }] }
      : { batches: [7, { id: '' }, { id: '01JC', client_reference: 'a', created_at: 'noon' }] },
  );
  expect(told(await sinchSms.lookup([{ messageId: 'a', channel: 'sms' }]))).toEqual({ a: 'found' });
});

it('an entry in Infobip’s answer to a send that can not be read leaves its own message in doubt alone', async () => {
  answers(() => ({
    messages: [7, { messageId: 'a' }, { messageId: 'b', status: { groupId: '1', id: '26' } }],
  }));
  const messages = ['a', 'b'].map((id) => ({ ...MESSAGE, id }));
  const window = { startBy: performance.now() + 2_000, deadline: AbortSignal.timeout(2_000) };
  expect(await infobip.submit(messages, window)).toMatchObject([
    { messageId: 'a', kind: 'unknown', statusCode: 'missing_entry' },
    { messageId: 'b', kind: 'accepted' },
  ]);
});

const MESSAGE = {
  channel: 'sms' as const,
  to: '+12125550200',
  sender: '12065550100',
  content: { subject: null, text: 'Hello', media: [] },
  validityMs: 3_600_000,
  reportUrl: 'http://127.0.0.1:1/nobody',
};
