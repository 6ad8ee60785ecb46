import type { SubmitOutcome } from '../../domain/outcome.ts';
import { infobipAt, outbound } from '../support/infobip.ts';
import { callWindow } from '../support/provider-conformance.ts';
import { RecordingServer } from '../support/recording-server.ts';

let vendor: RecordingServer;
let provider: ReturnType<typeof infobipAt>;

beforeAll(async () => {
  vendor = await RecordingServer.start();
  provider = infobipAt(vendor.url);
});
afterAll(async () => {
  await provider.close();
  await vendor.stop();
});

/** What one message comes to when the vendor answers so. */
async function outcomeOf(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<SubmitOutcome | undefined> {
  vendor.respond = (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
  return (await provider.submit([outbound('+12125550200', { id: 'one' })], callWindow()))[0];
}

const entry = (groupId: number, id: number, name = 'NAME'): object => ({
  messages: [{ messageId: 'one', status: { groupId, id, name, description: `${name} described` } }],
});

describe('an entry in the answer to a send', () => {
  it.each([
    ['accepted', 0, 0],
    ['pending', 1, 26],
    ['already delivered', 3, 5],
  ])('of a group that has taken it is accepted: %s', async (_what, groupId, id) => {
    expect(await outcomeOf(200, entry(groupId, id))).toEqual({
      kind: 'accepted',
      messageId: 'one',
      providerMessageId: 'one',
    });
  });

  it('of a known id is no refusal: it had been taken before', async () => {
    expect(await outcomeOf(200, entry(5, 23))).toEqual({ kind: 'duplicate_id', messageId: 'one' });
  });

  it('of a system error has sent nothing and may be offered again', async () => {
    expect(await outcomeOf(200, entry(5, 21))).toMatchObject({
      kind: 'unsent',
      cause: 'provider',
      retryAfterMs: null,
      statusCode: '21',
    });
  });

  it.each([
    [5, 14, 'suppress_number'],
    [5, 10, 'suppress_number'],
    [5, 52, 'suppress_number'],
    [5, 12, 'account'],
    [5, 13, 'account'],
    [5, 19, 'account'],
    [5, 20, 'retryable'],
    [5, 77, 'permanent'],
    [5, 999, 'permanent'],
    [2, 9, 'permanent'],
    [4, 15, 'permanent'],
  ])('of group %i and id %i is a rejection of class %s', async (groupId, id, errorClass) => {
    expect(await outcomeOf(200, entry(groupId, id))).toEqual({
      kind: 'rejected',
      messageId: 'one',
      statusCode: String(id),
      error: 'NAME described',
      errorClass,
    });
  });

  it('of a group that did not exist when this was written leaves the message in doubt', async () => {
    expect(await outcomeOf(200, entry(9, 900))).toMatchObject({ kind: 'unknown' });
  });
});

describe('an answer that is no list of entries', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['JSON of another form', '{"messages":{"one":1}}'],
  ])('leaves the message in doubt although it is a success: %s', async (_what, body) => {
    expect(await outcomeOf(200, body)).toMatchObject({ kind: 'unknown', statusCode: '200' });
  });

  it('leaves the message in doubt when it has an entry of another message only', async () => {
    const body = { messages: [{ messageId: 'two', status: { groupId: 1, id: 26 } }] };
    expect(await outcomeOf(200, body)).toMatchObject({ kind: 'unknown', statusCode: 'missing_entry' });
  });

  it.each([301, 302, 408, 500, 502, 503, 504])(
    'leaves the message in doubt with status %i',
    async (status) => {
      const body = { errorCode: `E${status}`, description: 'Later' };
      expect(await outcomeOf(status, body, { location: '/elsewhere' })).toMatchObject({ kind: 'unknown' });
    },
  );

  it.each([401, 403])(
    'with status %i has sent nothing: the account is to be mended first',
    async (status) => {
      expect(await outcomeOf(status, { errorCode: `E${status}`, description: 'No' })).toMatchObject({
        kind: 'unsent',
        cause: 'account',
        retryAfterMs: null,
        statusCode: `E${status}`,
        error: 'No',
      });
    },
  );

  it('with 429 has sent nothing and waits as long as it says', async () => {
    const later = new Date(Date.now() + 60_000).toUTCString();
    expect(await outcomeOf(429, '', { 'retry-after': '7' })).toMatchObject({
      kind: 'unsent',
      retryAfterMs: 7_000,
    });
    expect(await outcomeOf(429, '')).toMatchObject({ kind: 'unsent', retryAfterMs: null, statusCode: '429' });
    const dated = await outcomeOf(429, '', { 'retry-after': later });
    expect(dated).toMatchObject({ kind: 'unsent' });
    const wait = dated?.kind === 'unsent' ? (dated.retryAfterMs ?? 0) : 0;
    expect(wait).toBeGreaterThan(50_000);
    expect(wait).toBeLessThanOrEqual(60_000);
  });

  it('with 429 and a wait that is none leaves the wait to us', async () => {
    for (const text of ['soon', '-5', '1.5'])
      expect(await outcomeOf(429, '', { 'retry-after': text })).toMatchObject({
        kind: 'unsent',
        retryAfterMs: null,
      });
  });

  it('with 400 is a rejection that names every violation', async () => {
    const violations = [{ property: 'messages[0].to', violation: 'must not be empty' }];
    const body = { errorCode: 'E400', description: 'Bad', violations };
    expect(await outcomeOf(400, body)).toEqual({
      kind: 'rejected',
      messageId: 'one',
      statusCode: 'E400',
      error: 'Bad (messages[0].to must not be empty)',
      errorClass: 'permanent',
    });
    expect(await outcomeOf(400, 'oops')).toMatchObject({
      kind: 'rejected',
      statusCode: '400',
      error: 'HTTP 400',
    });
  });
});
