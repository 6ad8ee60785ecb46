import { importNdjson, type CustomerView } from '../support/import.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  await importNdjson(
    stack.api,
    { externalId: 'ana', phone: '+12125550200' },
    { externalId: 'bo', phone: '212-555-0200' },
    { externalId: 'cy', phone: '+442079460123' },
    { externalId: 'none' },
  );
});
afterAll(() => stack.stop());

async function find(query: string): Promise<readonly (string | null)[]> {
  const answer = await stack.api.call<{ customers: CustomerView[] }>('GET', `/v1/customers?${query}`);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body.customers.map(({ externalId }) => externalId).sort();
}

describe('finding customers', () => {
  it.each(['phone=%2B12125550200', 'phone=+12125550200', 'phone=(212)%20555-0200', 'phone=1.212.555.0200'])(
    'by number finds everybody on it, in whatever form it is written: %s',
    async (query) => {
      expect(await find(query)).toEqual(['ana', 'bo']);
    },
  );

  it('by a foreign number needs its country code', async () => {
    expect(await find('phone=%2B44%2020%207946%200123')).toEqual(['cy']);
  });

  it('by externalId finds exactly that one', async () => {
    expect(await find('externalId=cy')).toEqual(['cy']);
    expect(await find('externalId=c')).toEqual([]);
  });

  it('by both finds who matches both', async () => {
    expect(await find('phone=%2B12125550200&externalId=bo')).toEqual(['bo']);
    expect(await find('phone=%2B12125550200&externalId=cy')).toEqual([]);
  });

  it('by a number that nobody has finds nobody', async () => {
    expect(await find('phone=%2B12125550299')).toEqual([]);
  });

  it('by what is no number is refused', async () => {
    for (const query of ['?phone=', '?phone=abc', '?phone=%2B1212', `?phone=${'1'.repeat(41)}`])
      expectProblem(await stack.api.call('GET', `/v1/customers${query}`), 400, 'bad_query');
  });
});
