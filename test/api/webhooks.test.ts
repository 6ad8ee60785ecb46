import { request } from 'undici';
import { TestStack } from '../support/test-stack.ts';
import { inbox, infobipTime, post, report, reportPath, UNDELIVERED } from '../support/webhooks.ts';

let stack: TestStack;
let url: string;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  url = stack.api.url + (await reportPath(stack));
});
afterAll(() => stack.stop());
beforeEach(() => stack.database.pool.query('DELETE FROM receipt'));

describe('a delivery report', () => {
  it('is in the inbox once it is answered with 200, and once only however often it is posted', async () => {
    const body = { results: [report('message-1')] };
    for (let round = 0; round < 3; round += 1) expect(await post(url, body)).toBe(200);
    expect(await Promise.all([post(url, body), post(url, body)])).toEqual([200, 200]);
    expect(await inbox(stack)).toEqual({ 'message-1': ['delivered'] });
  });

  it('of a message that nobody knows is kept', async () => {
    expect(await post(url, { results: [report('who-is-this')] })).toBe(200);
    const { rows } = await stack.database.pool.query(
      'SELECT message_id, channel, folded_at, fold_at IS NOT NULL AS open FROM receipt',
    );
    expect(rows).toEqual([{ message_id: 'who-is-this', channel: 'mms', folded_at: null, open: true }]);
  });

  it('that says something new of the same message is another one', async () => {
    const earlier = infobipTime(Date.now() - 60_000);
    await post(url, { results: [report('message-2', { status: UNDELIVERED, doneAt: earlier })] });
    await post(url, { results: [report('message-2')] });
    expect(await inbox(stack)).toEqual({ 'message-2': ['failed', 'delivered'] });
  });

  it('is taken by the channel of its address', async () => {
    expect(
      await post(stack.api.url + (await reportPath(stack, 'sms')), { results: [report('a-text')] }),
    ).toBe(200);
    const { rows } = await stack.database.pool.query('SELECT channel FROM receipt');
    expect(rows).toEqual([{ channel: 'sms' }]);
  });

  it('comes in by hundreds at once and all of them are kept', async () => {
    const ids = Array.from({ length: 300 }, (_, index) => `burst-${index}`);
    const statuses = await Promise.all(ids.map((id) => post(url, { results: [report(id)] })));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(Object.keys(await inbox(stack)).sort()).toEqual([...ids].sort());
  });
});

describe('a webhook that is not to be trusted', () => {
  const body = { results: [report('forged')] };

  it('with a wrong or missing token is answered with 401 and nothing is stored', async () => {
    for (const address of [url.slice(0, -1), `${url}x`, url.slice(0, url.lastIndexOf('/')), `${url}/`])
      expect([address, await post(address, body)]).toEqual([address, 401]);
    expect(await inbox(stack)).toEqual({});
  });

  it('is answered before its content is looked at', async () => {
    expect(await post(`${url}x`, 'not even json')).toBe(401);
  });

  it('of an unknown integration is answered with 404', async () => {
    const token = url.split('/').at(-1) ?? '';
    for (const id of ['5b8f8c1e-0000-4000-8000-000000000000', 'no-id', '', '%00'])
      expect([id, await post(`${stack.api.url}/webhooks/${id}/reports/mms/${token}`, body)]).toEqual([
        id,
        404,
      ]);
    expect(await inbox(stack)).toEqual({});
  });
});

describe('a webhook that can not be read', () => {
  it('is answered with 400', async () => {
    for (const body of ['', 'no json', '[]', '{"results": 7}', '{"reports": []}'])
      expect([body, await post(url, body)]).toEqual([body, 400]);
    expect(await post(url.replace('/mms/', '/fax/'), { results: [] })).toBe(400);
  });

  it('is answered with 405 when it is no POST, and told what it must be', async () => {
    const answer = await request(url, { method: 'GET' });
    await answer.body.dump();
    expect(answer.statusCode).toBe(405);
    expect(answer.headers['allow']).toBe('POST');
  });
});
