import { TestStack } from '../support/test-stack.ts';
import { DELIVERED, inbox, post, report, reportPath } from '../support/webhooks.ts';

let stack: TestStack;
let url: string;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  url = stack.api.url + (await reportPath(stack));
});
afterAll(() => stack.stop());
beforeEach(() => stack.database.pool.query('DELETE FROM receipt'));

const NO_ERROR = { id: 0, name: 'NO_ERROR', permanent: false };

describe('one entry of a batch that is not like the others', () => {
  it.each([
    ['it is no object', 7],
    ['it has no id', { status: DELIVERED }],
    ['it has no status', { messageId: 'odd' }],
    ['its status is of no known group', report('odd', { status: { groupId: 9, id: 900, name: 'NEW' } })],
    ['its instant is none', report('odd', { doneAt: 'soon' })],
    ['its instant is far away', report('odd', { doneAt: '2001-01-01T00:00:00.000+0000' })],
    ['its id is longer than any of ours', report('x'.repeat(5_000))],
    ['its id holds a NUL', report('odd\u0000')],
    [
      'its error text holds a NUL',
      report('odd', { status: { groupId: 2, id: 9, description: 'no\u0000' }, error: NO_ERROR }),
    ],
    ['its id holds half a surrogate pair', report('odd\ud83d')],
    ['it counts more parts than a number can hold', report('odd', { messageCount: 3_000_000_000 })],
  ])('costs the others nothing: %s', async (_what, odd) => {
    const status = await post(url, { results: [report('before'), odd, report('after')] });
    expect(status).toBe(200);
    expect(await inbox(stack)).toMatchObject({ before: ['delivered'], after: ['delivered'] });
  });

  it('costs webhooks that come in at the same moment nothing either', async () => {
    const odd = { results: [report('odd\u0000')] };
    const many = Array.from({ length: 40 }, (_, index) => ({ results: [report(`same-moment-${index}`)] }));
    const statuses = await Promise.all([odd, ...many, odd].map((body) => post(url, body)));
    expect(statuses.slice(1, -1)).toEqual(many.map(() => 200));
    expect(Object.keys(await inbox(stack)).filter((id) => id.startsWith('same'))).toHaveLength(40);
  });

  it('may be a refusal of an id that was known: it says nothing of the message', async () => {
    const refused = { groupId: 5, groupName: 'REJECTED', id: 23, name: 'REJECTED_DUPLICATE_MESSAGE_ID' };
    expect(await post(url, { results: [report('known', { status: refused }), report('other')] })).toBe(200);
    expect(await inbox(stack)).toEqual({ other: ['delivered'] });
  });

  it('may be there twice', async () => {
    const twice = report('twice');
    expect(await post(url, { results: [twice, twice] })).toBe(200);
    expect(await inbox(stack)).toEqual({ twice: ['delivered'] });
  });

  it('may be the only one, or none at all', async () => {
    expect(await post(url, { results: [] })).toBe(200);
    expect(await inbox(stack)).toEqual({});
  });
});
