import { jest } from '@jest/globals';
import type { MediaReference, MessageContent } from '../../domain/message-content.ts';
import type { SinchMmsProvider } from '../../providers/sinch-mms/provider.ts';
import type { SavedContentStore } from '../../providers/saved-content.ts';
import { eventually } from '../support/eventually.ts';
import { outbound } from '../support/infobip.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';
import { memoryOfSavedContent } from '../support/saved-content.ts';
import { sinchMmsAt } from '../support/sinch-mms.ts';

const PICTURE = { url: 'https://cdn.example.com/a.jpg', contentType: 'image/jpeg' };
const content = (more: Partial<MessageContent> = {}): MessageContent => ({
  subject: 'Spring',
  text: 'Hello Ana',
  media: [PICTURE],
  isSameForAll: true,
  ...more,
});

let vendor: RecordingServer;
let store: SavedContentStore;
let provider: SinchMmsProvider;

/** What the vendor answers from now on. */
const answers = (body: object, status = 200): void => {
  vendor.respond = (_request, response) => void response.writeHead(status).end(JSON.stringify(body));
};
const failure = (code: string): object => ({
  status: 'Failure',
  'error-code': code,
  'error-info': `is ${code}`,
});
const asked = (): readonly Record<string, unknown>[] =>
  vendor.requests.map(({ text }) => JSON.parse(text) as Record<string, unknown>);
const INTEGRATION = '5b8f8c1e-0000-4000-8000-000000000003';

beforeEach(async () => {
  vendor = await RecordingServer.start();
  store = memoryOfSavedContent();
  provider = sinchMmsAt(vendor.url, store);
  answers({ status: 'Success', 'mms-id': 35_674 });
});
afterEach(async () => {
  await provider.close();
  await vendor.stop();
});

/** Has the content saved and ready. */
async function saved(): Promise<void> {
  await provider.prepare([content()]);
  await store.ready(INTEGRATION, '35674');
  vendor.requests.length = 0;
}

describe('the media of a content', () => {
  it('are saved once with the texts that everybody gets, however many ask at once', async () => {
    const other = sinchMmsAt(vendor.url, store);
    const many = Array.from({ length: 20 }, () => content());
    const waits = await Promise.all([provider.prepare(many), other.prepare(many), provider.prepare(many)]);
    expect(Math.min(...waits.map(({ waitMs }) => waitMs))).toBeGreaterThan(0);
    expect(asked()).toEqual([
      {
        action: 'savemms',
        'service-id': '32113',
        name: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        'message-subject': 'Spring',
        'disable-fallback-sms': true,
        slide: [{ image: { url: PICTURE.url }, 'message-text': 'Hello Ana' }],
      },
    ]);
    expect(vendor.requests[0]).toMatchObject({
      method: 'POST',
      path: '/ep/v2/',
      headers: { 'x-api-key': 'simulated-key' },
    });
    await other.close();
  });

  it('have a slide each, a contact card one without the text', async () => {
    const card = { url: 'https://tidings.example.com/cards/a.vcf', contentType: 'text/vcard' };
    const slides = async (...media: readonly MediaReference[]): Promise<unknown> => {
      await provider.prepare([content({ media })]);
      return asked().at(-1)?.['slide'];
    };
    const [image, contact] = [{ image: { url: PICTURE.url } }, { contact: { url: card.url } }];
    const text = { 'message-text': 'Hello Ana' };
    expect(await slides(PICTURE, card)).toEqual([{ ...image, ...text }, contact]);
    expect(await slides(card)).toEqual([text, contact]);
    expect(await slides(card, PICTURE)).toEqual([text, contact, image]);
  });

  it('are sent by their id once Sinch has said that they are ready', async () => {
    await provider.prepare([content()]);
    expect((await provider.prepare([content()])).waitMs).toBeGreaterThan(0);
    await store.ready(INTEGRATION, '35674');
    expect(await provider.prepare([content()])).toEqual({ waitMs: 0 });
    answers({ status: 'Success', 'tracking-id': 'MMS_1', 'mms-id': 35_674 });
    const message = outbound('+13125550111', { content: content(), validityMs: 90_000 });
    expect(await provider.submit([message], callWindow())).toEqual([
      { kind: 'accepted', messageId: message.id, providerMessageId: 'MMS_1' },
    ]);
    expect(asked().at(-1)).toEqual({
      action: 'sendsavedmms',
      'service-id': '32113',
      'mms-id': '35674',
      to: '13125550111',
      from: '12065550100',
      'disable-fallback-sms': true,
      'mms-expiry-timestamp': expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      'client-reference': message.id,
    });
  });

  it('that are not ready keep a message in: nothing is called for it', async () => {
    const message = outbound('+13125550111', { content: content() });
    expect(await provider.submit([message], callWindow())).toMatchObject([
      { kind: 'unsent', cause: 'provider', statusCode: 'content_not_ready' },
    ]);
    expect(vendor.requests).toEqual([]);
  });

  it('that Sinch refuses end their messages as rejected, with its code', async () => {
    answers(failure('E331'));
    expect(await provider.prepare([content()])).toEqual({ waitMs: 0 });
    const message = outbound('+13125550111', { content: content() });
    expect(await provider.submit([message], callWindow())).toEqual([
      {
        kind: 'rejected',
        messageId: message.id,
        statusCode: 'E331',
        error: 'is E331',
        errorClass: 'too_large',
      },
    ]);
    expect(await provider.prepare([content()])).toEqual({ waitMs: 0 });
    expect(vendor.requests).toHaveLength(1);
  });

  it.each([
    ['the account is throttled', failure('E113'), 200, 'throttled'],
    ['the key is refused', failure('E104'), 200, 'account'],
    ['the key is refused by what stands before Sinch', {}, 401, 'account'],
    ['the server fails', {}, 500, 'provider'],
    ['the answer says nothing', {}, 200, 'provider'],
  ])('are saved later where %s, which is told', async (_what, body, status, cause) => {
    answers(body, status);
    const { waitMs, trouble } = await provider.prepare([content()]);
    expect(waitMs).toBeGreaterThan(2_000);
    expect(trouble?.cause).toBe(cause);
    answers({ status: 'Success', 'mms-id': 7 });
    expect((await provider.prepare([content()])).trouble).toBeUndefined();
    expect(vendor.requests).toHaveLength(1);
    await store.putOff(INTEGRATION, await hashOf(), 60_000);
    await provider.prepare([content()]);
    expect(await store.read(INTEGRATION, await hashOf())).toMatchObject({
      state: 'encoding',
      reference: '7',
    });
  });

  it('that Sinch refuses are offered once more after ten minutes: what stood behind their address may be mended', async () => {
    const clock = jest.spyOn(Date, 'now');
    try {
      answers(failure('E351'));
      await provider.prepare([content()]);
      answers({ status: 'Success', 'mms-id': 8 });
      const now = Date.now();
      clock.mockReturnValue(now + 599_000);
      expect(await provider.prepare([content()])).toEqual({ waitMs: 0 });
      clock.mockReturnValue(now + 601_000);
      expect((await provider.prepare([content()])).waitMs).toBeGreaterThan(0);
      expect(vendor.requests).toHaveLength(2);
    } finally {
      clock.mockRestore();
    }
  });

  it('are not those of another account at the same integration', async () => {
    await saved();
    const other = sinchMmsAt(`${vendor.url}/ep/v3`, store);
    expect((await other.prepare([content()])).waitMs).toBeGreaterThan(0);
    await other.close();
    expect(asked().map(({ action }) => action)).toEqual(['savemms']);
  });

  it('that Sinch does not know any more are saved anew', async () => {
    await saved();
    answers(failure('E241'));
    const message = outbound('+13125550111', { content: content() });
    expect(await provider.submit([message], callWindow())).toMatchObject([
      { kind: 'unsent', statusCode: 'E241' },
    ]);
    answers({ status: 'Success', 'mms-id': 'new' });
    expect((await provider.prepare([content()])).waitMs).toBeGreaterThan(0);
    expect(asked().map(({ action }) => action)).toEqual(['sendsavedmms', 'savemms']);
  });

  it('leave a message that was accepted accepted, though nobody can write down that they are ready', async () => {
    await provider.prepare([content()]);
    await store.ready(INTEGRATION, '35674');
    store.ready = () => Promise.reject(new Error('The database is gone.'));
    answers({ status: 'Success', 'tracking-id': 'MMS_2' });
    const outcomes = await provider.submit([outbound('+13125550111', { content: content() })], callWindow());
    expect(outcomes).toMatchObject([{ kind: 'accepted' }]);
  });

  it('keep a message in, provably unsent, while nobody can read what is saved', async () => {
    store.read = () => Promise.reject(new Error('The database is gone.'));
    const outcomes = await provider.submit([outbound('+13125550111', { content: content() })], callWindow());
    expect(outcomes).toMatchObject([{ kind: 'unsent', cause: 'provider' }]);
    expect(vendor.requests).toEqual([]);
  });
});

/** The only hash that the store has been asked for. */
async function hashOf(): Promise<string> {
  const hashes: string[] = [];
  const spied: SavedContentStore = {
    ...store,
    read: (_integration, hash) => {
      hashes.push(hash);
      return store.read(INTEGRATION, hash);
    },
  };
  const asking = sinchMmsAt(vendor.url, spied);
  await asking.prepare([content()]);
  await asking.close();
  return eventually(() => hashes[0]);
}
