import type { ApiAnswer } from '../support/api.ts';
import { expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;
let scenarioId: string;
const MADE = 25;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  const phones = Array.from({ length: MADE }, (_, i) => [`c${i}`, `+121255502${String(i).padStart(2, '0')}`]);
  await stack.api.importConsenting(Object.fromEntries(phones) as Record<string, string>);
  for (let i = 0; i < MADE; i += 1) {
    scenarioId = await stack.api.createScenario(chain(`Scenario ${i}`, NOW, mms('send')));
  }
  for (let i = 0; i < MADE; i += 1) {
    const draft = chain(`Launched ${i}`, NOW, mms('send'));
    await stack.api.call('PUT', `/v1/scenarios/${scenarioId}`, draft);
    await stack.api.launch(scenarioId);
  }
  // As one statement stores them: all of one time.
  await stack.database.pool.query('UPDATE scenario SET created_at = now()');
});
afterAll(() => stack.stop());

interface Item {
  readonly id: string;
}

type Page = Record<string, readonly Item[]> & { readonly next: string | null };

/** All pages of a list. */
async function pages(path: string, key: string, limit: number): Promise<readonly (readonly string[])[]> {
  const found: (readonly string[])[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: URLSearchParams = new URLSearchParams({
      limit: String(limit),
      ...(cursor !== '' && { cursor }),
    });
    const separator = path.includes('?') ? '&' : '?';
    const answer: ApiAnswer<Page> = await stack.api.call<Page>(
      'GET',
      `${path}${separator}${query.toString()}`,
    );
    if (answer.status !== 200) throw new Error(answer.text);
    found.push((answer.body[key] ?? []).map(({ id }) => id));
    cursor = answer.body.next;
  }
  return found;
}

const LISTS: readonly (readonly [key: string, path: () => string])[] = [
  ['scenarios', () => '/v1/scenarios'],
  ['runs', () => '/v1/runs'],
  ['customers', () => '/v1/customers'],
  ['versions', () => `/v1/scenarios/${scenarioId}/versions`],
];

describe.each(LISTS)('the list of %s', (key, path) => {
  it('is read in pages: everything once, in the order of one large page', async () => {
    const [whole] = await pages(path(), key, 100);
    expect(whole).toHaveLength(MADE);
    const parts = await pages(path(), key, 10);
    expect(parts.map((part) => part.length)).toEqual([10, 10, 5]);
    expect(parts.flat()).toEqual(whole);
    const exact = await pages(path(), key, 5);
    expect(exact.map((part) => part.length)).toEqual([5, 5, 5, 5, 5]);
  });

  it.each(['limit=0', 'limit=101', 'limit=ten', 'limit=', 'cursor=nonsense', 'cursor=', 'page=2'])(
    'refuses %s',
    async (query) => {
      expectProblem(await stack.api.call('GET', `${path()}?${query}`), 400, 'bad_query');
    },
  );
});

describe('a cursor', () => {
  it.each(LISTS)('of the list of %s is refused by every other list', async (key, path) => {
    const { body } = await stack.api.call<{ next: string }>('GET', `${path()}?limit=10`);
    for (const [other, otherPath] of LISTS) {
      const answer = await stack.api.call('GET', `${otherPath()}?cursor=${body.next}`);
      if (other === key) expect(answer.status).toBe(200);
      else expectProblem(answer, 400, 'bad_query');
    }
  });
});

describe('the list of runs', () => {
  const list = async (query: string): Promise<readonly string[]> =>
    (await pages(`/v1/runs?${query}`, 'runs', 100)).flat();

  it('goes on where it was, also when more has been launched meanwhile', async () => {
    const before = (await pages('/v1/runs', 'runs', 100)).flat();
    const first = await stack.api.call<{ runs: Item[]; next: string }>('GET', '/v1/runs?limit=5');
    const id = await stack.api.run(chain('Meanwhile', NOW, mms('send')));
    const second = await stack.api.call<{ runs: Item[] }>(
      'GET',
      `/v1/runs?limit=5&cursor=${first.body.next}`,
    );
    expect(second.body.runs.map((run) => run.id)).toEqual(before.slice(5, 10));
    await stack.database.pool.query('DELETE FROM run WHERE id = $1', [id]);
  });

  it.each(['0000-01-01T00:00:00Z', '2026-11-22T04:46:00%2B23:59'])('takes any instant: %s', async (at) => {
    expect((await stack.api.call('GET', `/v1/runs?requestedBefore=${at}`)).status).toBe(200);
  });

  it('can be parted by the time of the launch', async () => {
    const all = await list('');
    const middle = await stack.api.call<{ requestedAt: string }>('GET', `/v1/runs/${all[10] ?? ''}`);
    const at = encodeURIComponent(middle.body.requestedAt);
    const [later, earlier] = [await list(`requestedFrom=${at}`), await list(`requestedBefore=${at}`)];
    expect(later).toContain(all[10]);
    expect(earlier).not.toContain(all[10]);
    expect([...later, ...earlier]).toEqual(all);
  });
});

describe('the list of scenarios', () => {
  it('finds a part of a name in any case, and takes no character for a pattern', async () => {
    const found = (await pages('/v1/scenarios?name=NARIO%2012', 'scenarios', 100)).flat();
    expect(found).toHaveLength(1);
    expect((await pages('/v1/scenarios?name=%25', 'scenarios', 100)).flat()).toEqual([]);
  });
});
