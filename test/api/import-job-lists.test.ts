import {
  jobEnd,
  queueLines,
  readProblems,
  sendJob,
  type ImportJobView,
  type ImportProblemView,
} from '../support/import-jobs.ts';
import { expectProblem } from '../support/problem.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

interface JobsPage {
  readonly imports: readonly ImportJobView[];
  readonly next: string | null;
}

async function pageOf(query: string): Promise<JobsPage> {
  const answer = await stack.api.call<JobsPage>('GET', `/v1/imports${query}`);
  expect(answer.status).toBe(200);
  return answer.body;
}

describe('the list of imports', () => {
  it('has the newest first, page by page, each once, and by state', async () => {
    const ids: string[] = [];
    for (let index = 0; index < 7; index += 1)
      ids.unshift(await queueLines(stack.api, [{ externalId: 'one' }]));
    const found: string[] = [];
    let query = '?limit=3';
    for (let page = await pageOf(query); ; page = await pageOf(query)) {
      found.push(...page.imports.map(({ id }) => id));
      if (page.next === null) break;
      query = `?limit=3&cursor=${page.next}`;
    }
    expect(found).toEqual(ids);
    expect((await pageOf('?limit=7')).next).toBeNull();
    expect((await pageOf('?state=finished')).imports).toEqual([]);
    const stop = stack.startImports();
    await jobEnd(stack.api, ids[0] ?? '');
    await stop();
    expect((await pageOf('?state=finished')).imports.map(({ id }) => id)).toEqual(ids);
    expect((await pageOf('?state=queued')).imports).toEqual([]);
  });

  it.each(['limit=0', 'limit=101', 'limit=x', 'cursor=none', 'state=receiving', 'page=2'])(
    'refuses what it does not know: %s',
    async (query) => {
      expectProblem(await stack.api.call('GET', `/v1/imports?${query}`), 400, 'bad_query');
    },
  );
});

describe('the problems of an import', () => {
  it('are read page by page, in the order of the lines', async () => {
    const count = 1_234;
    const answer = await sendJob(stack.api, `externalId,n:number\n${'x,none\n'.repeat(count)}`);
    const { id } = answer.body;
    const stop = stack.startImports();
    expect(await jobEnd(stack.api, id)).toMatchObject({ lines: count, rejectedCount: count, created: 0 });
    await stop();
    const found: ImportProblemView[] = [];
    let page = await readProblems(stack.api, id);
    expect(page.problems).toHaveLength(50);
    found.push(...page.problems);
    while (page.next !== null) {
      page = await readProblems(stack.api, id, `?limit=1000&cursor=${page.next}`);
      found.push(...page.problems);
    }
    expect(found.map(({ line }) => line)).toEqual(Array.from({ length: count }, (_, index) => index + 2));
    expect(found[0]).toEqual({
      ...{ line: 2, kind: 'rejected', code: 'bad_field', externalId: 'x' },
      message: 'Column "n": "none" is not a number.',
    });
    for (const query of ['cursor=none', 'cursor=1.5', 'cursor=-1', 'limit=1001', 'state=x']) {
      expectProblem(await stack.api.call('GET', `/v1/imports/${id}/problems?${query}`), 400, 'bad_query');
    }
  });

  it('are counted where they are too many to be kept', async () => {
    const id = await queueLines(stack.api, ['{"oops"', '{"oops"', '{"oops"']);
    await stack.database.pool.query('UPDATE import_job SET rejected = 99998 WHERE id = $1', [id]);
    const stop = stack.startImports();
    expect(await jobEnd(stack.api, id)).toMatchObject({ lines: 3, rejectedCount: 100_001 });
    await stop();
    expect((await readProblems(stack.api, id)).problems.map(({ line }) => line)).toEqual([1, 2]);
  });
});
