import { parseApiKey } from '../../database/api-key.ts';
import { expectProblem } from '../support/problem.ts';
import { Api } from '../support/api.ts';
import { otherProject } from '../support/other-project.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

function withAuthorization(authorization: string): ReturnType<Api['call']> {
  return stack.api.call('GET', '/v1/runs', undefined, { authorization });
}

describe('a request without a valid key', () => {
  it.each([
    ['no key at all', ''],
    ['another scheme', 'Basic dXNlcjpwYXNzd29yZA=='],
    ['a text that is no key', 'Bearer letmein'],
    ['a well-formed key that nobody made', `Bearer tdg_abcdefgh_${'A'.repeat(43)}`],
  ])('is refused: %s', async (_what, authorization) => {
    const answer = await withAuthorization(authorization);
    expectProblem(answer, 401, 'unauthorised');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('is refused when only the secret part is wrong', async () => {
    const { key } = stack.api;
    const last = key.endsWith('A') ? 'B' : 'A';
    expectProblem(await withAuthorization(`Bearer ${key.slice(0, -1)}${last}`), 401, 'unauthorised');
    expect((await withAuthorization(`bearer ${key}`)).status).toBe(200);
  });

  it('is refused once the key has been revoked', async () => {
    const other = await otherProject(stack);
    expect((await other.call('GET', '/v1/runs')).status).toBe(200);
    await stack.database.pool.query('UPDATE api_key SET revoked_at = now() WHERE short_id = $1', [
      parseApiKey(other.key)?.shortId,
    ]);
    expectProblem(await other.call('GET', '/v1/runs'), 401, 'unauthorised');
    expect((await stack.api.call('GET', '/v1/runs')).status).toBe(200);
  });

  it('is refused at every address below /v1, known or not', async () => {
    const document = await stack.api.call<{ paths: Record<string, Record<string, unknown>> }>(
      'GET',
      '/openapi.json',
    );
    const operations = Object.entries(document.body.paths)
      .filter(([path]) => path.startsWith('/v1/'))
      .flatMap(([path, methods]) =>
        Object.keys(methods).map((method) => [method.toUpperCase(), path.replace(/\{\w+\}/g, 'x')] as const),
      );
    expect(operations.length).toBeGreaterThan(10);
    const stranger = new Api(stack.api.url, 'nobody');
    for (const [method, path] of [...operations, ['GET', '/v1/nowhere'] as const]) {
      expect([method, path, (await stranger.call(method, path)).status]).toEqual([method, path, 401]);
    }
  });
});

describe('a key of another project', () => {
  it('sees and changes nothing of this one', async () => {
    const other = await otherProject(stack);
    await stack.api.importConsenting({ ours: '+12125550200' });
    const scenarioId = await stack.api.createScenario(chain('Ours', NOW, mms('send')));
    const runId = (await stack.api.launch(scenarioId)).body.id;
    const { id } = (await stack.api.call<{ id: string }>('GET', '/v1/customers/ours')).body;
    const attempts: [string, string, unknown?][] = [
      ['GET', `/v1/customers/${id}`],
      ['GET', '/v1/customers/ours'],
      ['PATCH', `/v1/customers/${id}`, { language: 'fr' }],
      ['DELETE', `/v1/customers/${id}`],
      ['GET', `/v1/scenarios/${scenarioId}`],
      ['PUT', `/v1/scenarios/${scenarioId}`, { name: 'Theirs', nodes: [] }],
      ['GET', `/v1/scenarios/${scenarioId}/versions`],
      ['GET', `/v1/runs/${runId}`],
      ['GET', `/v1/runs/${runId}/events`],
      ['GET', `/v1/runs/${runId}/customers/${id}`],
      ['POST', `/v1/runs/${runId}/cancel`],
    ];
    for (const [method, path, body] of attempts)
      expectProblem(await other.call(method, path, body), 404, 'not_found');
    expectProblem(await other.launch(scenarioId), 404, 'not_found');
    expect((await other.call('GET', '/v1/customers?phone=%2B12125550200')).body).toEqual({
      customers: [],
      next: null,
    });
    expect((await other.call('GET', '/v1/scenarios')).body).toEqual({ scenarios: [], next: null });
    expect((await other.call('GET', '/v1/runs')).body).toEqual({ runs: [], next: null });

    expect((await stack.api.call('GET', '/v1/customers/ours')).body).toMatchObject({ id, language: null });
    expect(await stack.api.readRun(runId)).toMatchObject({ state: 'requested' });
    expect((await stack.api.call('GET', `/v1/scenarios/${scenarioId}`)).body).toMatchObject({ name: 'Ours' });
  });

  it('may use the same externalIds and Idempotency-Keys without meeting ours', async () => {
    const other = await otherProject(stack);
    await stack.api.importConsenting({ ours: '+12125550200' });
    await other.importConsenting({ ours: '+12125550201' });
    expect((await stack.api.call('GET', '/v1/customers/ours')).body).toMatchObject({ phone: '+12125550200' });
    const launches = await Promise.all(
      [stack.api, other].map(async (api) =>
        api.launch(await api.createScenario(chain('Mine', NOW)), 'one-key'),
      ),
    );
    expect(launches.map(({ status }) => status)).toEqual([202, 202]);
    expect(launches[0]?.body.id).not.toBe(launches[1]?.body.id);
  });
});
