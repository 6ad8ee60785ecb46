import { entriesOf, expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

async function runCount(): Promise<number> {
  return (await stack.api.call<{ runs: unknown[] }>('GET', '/v1/runs')).body.runs.length;
}

describe('a launch', () => {
  it('is stored as a run that waits to be started, at the location that it names', async () => {
    const scenarioId = await stack.api.createScenario(chain('Summer Sale · 2027!', NOW, mms('send')));
    const launched = await stack.api.launch(scenarioId);
    expect(launched.status).toBe(202);
    expect(launched.body).toMatchObject({ state: 'requested', scenarioId });
    expect(launched.body.workflowId).toMatch(/^run\/summer-sale-2027\/[0-9a-f-]{13}$/);
    const { body } = await stack.api.call('GET', String(launched.headers['location']));
    expect(body).toMatchObject({
      id: launched.body.id,
      state: 'requested',
      scenarioName: 'Summer Sale · 2027!',
    });
  });

  it('has a workflow id that a person can read, whatever the name is written with', async () => {
    const named = async (name: string): Promise<string | undefined> =>
      (await stack.api.launch(await stack.api.createScenario(chain(name, NOW)))).body.workflowId.split(
        '/',
      )[1];
    expect(await named('Été à Zürich')).toBe('ete-a-zurich');
    expect(await named('夏の販売')).toBe('scenario');
    expect(await named('../../etc ??')).toBe('etc');
  });

  it('without a usable Idempotency-Key is refused and says why', async () => {
    const scenarioId = await stack.api.createScenario(chain('Keyless', NOW));
    const before = await runCount();
    const path = `/v1/scenarios/${scenarioId}/launch`;
    const problem = expectProblem(await stack.api.call('POST', path), 400, 'bad_header');
    expect(problem.detail).toContain('Idempotency-Key');
    for (const key of ['', 'two words', 'x'.repeat(201)])
      expectProblem(await stack.api.launch(scenarioId, key), 400, 'bad_header');
    expect(await runCount()).toBe(before);
  });

  it('asked again with the same key is answered as before, even after the draft has changed', async () => {
    const scenarioId = await stack.api.createScenario(chain('Again', NOW, mms('send')));
    const first = await stack.api.launch(scenarioId, 'again');
    await stack.api.call('PUT', `/v1/scenarios/${scenarioId}`, chain('Again', mms('send')));
    const before = await runCount();
    const second = await stack.api.launch(scenarioId, 'again');
    expect([second.status, second.body]).toEqual([first.status, first.body]);
    expect([first.headers['idempotent-replayed'], second.headers['idempotent-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    expect(await runCount()).toBe(before);
  });

  it('asked twenty times at once with one key makes one run', async () => {
    const scenarioId = await stack.api.createScenario(chain('Impatient', NOW, mms('send')));
    const before = await runCount();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => stack.api.launch(scenarioId, 'impatient')),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 202));
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
    expect(await runCount()).toBe(before + 1);
  });

  it('with a key that launched another scenario is refused', async () => {
    await stack.api.launch(await stack.api.createScenario(chain('One', NOW)), 'shared');
    const other = await stack.api.createScenario(chain('Other', NOW));
    const before = await runCount();
    expectProblem(await stack.api.launch(other, 'shared'), 422, 'idempotency_key_reused');
    expect(await runCount()).toBe(before);
  });

  it('of a scenario with problems is refused with every reason, and its key stays free', async () => {
    const draft = { name: 'Draft', nodes: [mms('send', { sender: 'acme', category: 'promo' })], edges: [] };
    const scenarioId = await stack.api.createScenario(draft);
    const before = await runCount();
    const problem = expectProblem(await stack.api.launch(scenarioId, 'patience'), 422, 'invalid_scenario');
    expect(entriesOf(problem)).toEqual([
      ['/nodes', 'no_trigger'],
      ['/nodes/0/config/sender', 'unknown_sender'],
      ['/nodes/0/config/category', 'unknown_category'],
    ]);
    expect(await runCount()).toBe(before);
    expect((await stack.api.call('GET', `/v1/scenarios/${scenarioId}/versions`)).body).toEqual({
      versions: [],
      next: null,
    });
    await stack.api.call('PUT', `/v1/scenarios/${scenarioId}`, chain('Mended', NOW, mms('send')));
    expect((await stack.api.launch(scenarioId, 'patience')).status).toBe(202);
  });

  it('of a scenario that does not exist is a 404', async () => {
    for (const id of ['5b8f8c1e-0000-4000-8000-000000000000', 'no-id'])
      expectProblem(await stack.api.launch(id), 404, 'not_found');
  });

  it('takes no settings that it does not know', async () => {
    const scenarioId = await stack.api.createScenario(chain('Strict', NOW));
    const path = `/v1/scenarios/${scenarioId}/launch`;
    const answer = await stack.api.call('POST', path, { dryrun: true }, { 'idempotency-key': 'strict' });
    expect(entriesOf(expectProblem(answer, 422, 'bad_body'))).toEqual([['/dryrun', 'unknown_field']]);
  });
});
