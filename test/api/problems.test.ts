import { gzipSync } from 'node:zlib';
import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const JSON_TYPE = { 'content-type': 'application/json' };

describe('a request that can not be understood', () => {
  it('is told that its JSON is broken', async () => {
    for (const body of ['{"name": "Sale", "nodes": [', '"only a text"', '{]'])
      expectProblem(await stack.api.call('POST', '/v1/scenarios', body, JSON_TYPE), 400, 'bad_json');
  });

  it('is told every field that is unknown or of the wrong kind, each by its pointer', async () => {
    const answer = await stack.api.call('POST', '/v1/scenarios', {
      name: 'Sale',
      colour: 'red',
      nodes: [{ id: 'start', typ: 'now' }],
      edges: 'none',
    });
    const problem = expectProblem(answer, 422, 'bad_body');
    expect(entriesOf(problem)).toEqual(
      expect.arrayContaining([
        ['/colour', 'unknown_field'],
        ['/nodes/0/typ', 'unknown_field'],
        ['/nodes/0/type', 'bad_field'],
        ['/edges', 'bad_field'],
      ]),
    );
    expect(problem.detail).toContain('/nodes/0/typ: There is no field "typ" here.');
  });

  it('is told that a body is missing where one is needed', async () => {
    const problem = expectProblem(await stack.api.call('POST', '/v1/scenarios'), 422, 'bad_body');
    expect(entriesOf(problem).map(([pointer]) => pointer)).toEqual(['/name', '/nodes']);
  });

  it('is told a query parameter that is unknown or given twice', async () => {
    expect(
      entriesOf(expectProblem(await stack.api.call('GET', '/v1/runs?stat=running'), 400, 'bad_query')),
    ).toEqual([['/stat', 'unknown_field']]);
    expectProblem(await stack.api.call('GET', '/v1/runs?state=asleep'), 400, 'bad_query');
    expectProblem(await stack.api.call('GET', '/v1/runs?state=running&state=paused'), 400, 'bad_query');
  });

  it('is told a query parameter also where none is taken', async () => {
    const runId = await stack.api.run(chain('Unasked', NOW));
    for (const path of [`/v1/runs/${runId}?nodes=all`, `/v1/runs/${runId}/events?status=failed`])
      expectProblem(await stack.api.call('GET', path), 400, 'bad_query');
  });

  it('is told in sentences what is missing or of the wrong kind', async () => {
    const said = async (body: unknown): Promise<readonly string[]> => {
      const answer = await stack.api.call('POST', '/v1/scenarios', body);
      return (expectProblem(answer, 422, 'bad_body').errors ?? []).map(({ message }) => message);
    };
    expect(await said({})).toEqual(['"name" is missing.', '"nodes" is missing.']);
    expect(await said([])).toEqual(['Write an object, not a list.']);
    expect(await said({ name: '', nodes: [{ id: 7 }] })).toEqual([
      'This must not be empty.',
      'Write a text, not a number.',
      '"type" is missing.',
    ]);
    const state = expectProblem(await stack.api.call('GET', '/v1/runs?state=runing'), 400, 'bad_query');
    expect(state.detail).toContain('There is no "runing". Did you mean "running"?');
  });

  it('is told that it holds a text that can not be stored', async () => {
    const scenario = chain('half \ud83d', NOW);
    expectProblem(await stack.api.call('POST', '/v1/scenarios', scenario), 422, 'bad_body');
    expectProblem(await stack.api.call('GET', '/v1/customers?externalId=a%00b'), 400, 'bad_query');
    expectProblem(await stack.api.call('GET', '/v1/customers/a%00b'), 404, 'not_found');
  });

  it('is told where nothing is', async () => {
    for (const path of ['/v1/nowhere', '/v1/runs/x/y/z', '/nowhere', '/v1'])
      expectProblem(await stack.api.call('GET', path), 404, 'not_found');
  });

  it('is told which methods an address takes', async () => {
    const answer = await stack.api.call('DELETE', '/v1/scenarios');
    expectProblem(answer, 405, 'method_not_allowed');
    expect(String(answer.headers['allow']).split(', ')).toEqual(expect.arrayContaining(['GET', 'POST']));
  });

  it('is refused when its body is larger than a mebibyte', async () => {
    const scenario = { ...chain('Large', NOW), padding: 'x'.repeat(1_100_000) };
    expectProblem(await stack.api.call('POST', '/v1/scenarios', scenario), 413, 'too_large');
    const { body } = await stack.api.call('GET', '/v1/scenarios');
    expect(JSON.stringify(body)).not.toContain('"Large"');
  });

  it('is refused when its body unfolds to more than a mebibyte', async () => {
    const bomb = gzipSync(JSON.stringify({ name: 'x'.repeat(50_000_000) }));
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    expectProblem(await stack.api.call('POST', '/v1/scenarios', bomb, headers), 413, 'too_large');
  });

  it('gets its own fault, not ours, for a body that is not compressed as announced', async () => {
    const headers = { ...JSON_TYPE, 'content-encoding': 'gzip' };
    const answer = await stack.api.call('POST', '/v1/scenarios', 'not gzip at all', headers);
    expectProblem(answer, 400, 'bad_header');
  });

  it('gets its own fault, not ours, for an address that is not properly encoded', async () => {
    const answer = await stack.api.call('GET', '/v1/customers/%E0%A4%A');
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});

describe('every answer', () => {
  it('forbids guessing its type and keeping it', async () => {
    const answer = await stack.api.call('GET', '/v1/runs');
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(answer.headers).not.toHaveProperty('x-powered-by');
  });
});
