import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

interface SenderBody {
  readonly key: string;
  readonly messagesPerSecond: number | null;
  readonly integrations: unknown;
}

describe('a sender', () => {
  it('is shown with its integrations, and its rate can be set and taken away again', async () => {
    const { body } = await stack.api.call<{ senders: SenderBody[] }>('GET', '/v1/senders');
    expect(body.senders).toMatchObject([
      { key: 'default', integrations: { sms: 'infobip', mms: 'infobip' }, messagesPerSecond: null },
    ]);
    for (const messagesPerSecond of [2.5, null]) {
      const answer = await stack.api.call('PATCH', '/v1/senders/default', { messagesPerSecond });
      expect([answer.status, answer.body['messagesPerSecond']]).toEqual([200, messagesPerSecond]);
      expect((await stack.api.call('GET', '/v1/senders/default')).body).toEqual(answer.body);
    }
  });

  it('is changed by nobody who has not seen it as it is', async () => {
    const { headers } = await stack.api.call('GET', '/v1/senders/default');
    const etag = String(headers['etag']);
    const set = (messagesPerSecond: number): ReturnType<typeof stack.api.call> =>
      stack.api.call('PATCH', '/v1/senders/default', { messagesPerSecond }, { 'if-match': etag });
    expect((await set(3)).status).toBe(200);
    expectProblem(await set(4), 412, 'precondition_failed');
  });

  it('that is not there, or a rate that is none, is told', async () => {
    const rate = { messagesPerSecond: 1 };
    expectProblem(await stack.api.call('PATCH', '/v1/senders/nobody', rate), 404, 'not_found');
    for (const messagesPerSecond of [0, -1, 0.01, 1e9, 'fast'])
      expectProblem(
        await stack.api.call('PATCH', '/v1/senders/default', { messagesPerSecond }),
        422,
        'bad_body',
      );
  });
});

describe('a launch', () => {
  it.each([
    ['is spread until an instant that is over', '2020-01-01T00:00:00Z'],
    ['is spread over more than 30 days', new Date(Date.now() + 31 * 86_400_000).toISOString()],
    ['is spread until no instant', 'tomorrow'],
  ])('that %s is refused', async (_what, spreadUntil) => {
    const scenario = chain('Spread', NOW, mms('only'));
    const { body } = await stack.api.call<{ id: string }>('POST', '/v1/scenarios', scenario);
    const path = `/v1/scenarios/${body.id}/launch`;
    const answer = await stack.api.call('POST', path, { spreadUntil }, { 'idempotency-key': spreadUntil });
    expect(entriesOf(expectProblem(answer, 422, 'bad_body')).map(([pointer]) => pointer)).toEqual([
      '/spreadUntil',
    ]);
  });
});
