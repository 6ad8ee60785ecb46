import { readFile } from 'node:fs/promises';
import { expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface ScenarioView {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly { readonly id: string; readonly action_id: number | null }[];
  readonly edges: readonly object[];
  readonly revision: number;
  readonly problems: readonly { readonly code: string }[];
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

describe('a scenario', () => {
  it('is created, found at its location and listed', async () => {
    const created = await stack.api.call<ScenarioView>(
      'POST',
      '/v1/scenarios',
      chain('Sale', NOW, mms('send')),
    );
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ name: 'Sale', revision: 1, problems: [] });
    const location = String(created.headers['location']);
    expect((await stack.api.call('GET', location)).body).toEqual(created.body);
    const list = await stack.api.call<{ scenarios: ScenarioView[] }>('GET', '/v1/scenarios');
    expect(list.body.scenarios).toContainEqual(created.body);
  });

  it('may be a draft with problems, which it tells', async () => {
    const created = await stack.api.call<ScenarioView>('POST', '/v1/scenarios', chain('Draft', mms('send')));
    expect(created.status).toBe(201);
    expect(created.body.problems).toMatchObject([{ code: 'no_trigger' }]);
  });

  it('is replaced as a whole', async () => {
    const id = await stack.api.createScenario(chain('Before', NOW, mms('send')));
    const answer = await stack.api.call<ScenarioView>('PUT', `/v1/scenarios/${id}`, chain('After', NOW));
    expect(answer.body).toMatchObject({ id, name: 'After', revision: 2, edges: [] });
    expect(answer.body.nodes.map((node) => node.id)).toEqual(['start']);
    expect((await stack.api.call('GET', `/v1/scenarios/${id}`)).body).toEqual(answer.body);
  });

  it('keeps its nodes and their numbers when they are written back as they were read', async () => {
    const id = await stack.api.createScenario(chain('Round trip', NOW, mms('send')));
    const { name, nodes, edges } = (await stack.api.call<ScenarioView>('GET', `/v1/scenarios/${id}`)).body;
    const written = await stack.api.call<ScenarioView>('PUT', `/v1/scenarios/${id}`, { name, nodes, edges });
    expect(written.status).toBe(200);
    expect(written.body).toMatchObject({ name, nodes, edges });
  });

  it('keeps every edit that is made at the same moment in order', async () => {
    const id = await stack.api.createScenario(chain('Busy', NOW));
    const names = Array.from({ length: 10 }, (_, index) => `Edit ${index}`);
    const answers = await Promise.all(
      names.map((name) =>
        stack.api.call<ScenarioView>('PUT', `/v1/scenarios/${id}`, chain(name, NOW, mms('a'))),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(names.map(() => 200));
    expect(answers.map(({ body }) => body.revision).sort((a, b) => a - b)).toEqual(
      names.map((_, i) => i + 2),
    );
  });

  it('that does not exist is a 404', async () => {
    const nowhere = '/v1/scenarios/5b8f8c1e-0000-4000-8000-000000000000';
    for (const path of [nowhere, `${nowhere}/versions`, '/v1/scenarios/no-id'])
      expectProblem(await stack.api.call('GET', path), 404, 'not_found');
    expectProblem(await stack.api.call('PUT', nowhere, chain('X', NOW)), 404, 'not_found');
    expectProblem(await stack.api.call('PUT', '/v1/scenarios/no-id', chain('X', NOW)), 404, 'not_found');
    const launched = await stack.api.launch('SCENARIO_ID');
    expect(expectProblem(launched, 404, 'not_found').detail).toBe('There is no scenario with this id.');
  });
});

describe('checking a scenario', () => {
  it('stores nothing', async () => {
    const before = await stack.api.call('GET', '/v1/scenarios');
    const answer = await stack.api.call('POST', '/v1/scenarios/validate', chain('Only a check', NOW));
    expect([answer.status, answer.body]).toEqual([200, { valid: true, problems: [], warnings: [] }]);
    expect((await stack.api.call('GET', '/v1/scenarios')).body).toEqual(before.body);
  });

  it('finds nothing wrong with the example that the repository ships', async () => {
    const example = await readFile(new URL('../../examples/summer-sale.json', import.meta.url), 'utf8');
    const answer = await stack.api.call('POST', '/v1/scenarios/validate', example);
    expect(answer.body).toEqual({ valid: true, problems: [], warnings: [] });
  });
});
