import { expectProblem } from '../support/problem.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface ScenarioView {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly {
    readonly id: string;
    readonly name?: string;
    readonly action_id: number | null;
  }[];
  readonly edges: readonly object[];
  readonly revision: number;
  readonly archivedAt: string | null;
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

const post = (path: string, body?: unknown): Promise<{ status: number; body: ScenarioView }> =>
  stack.api.call<ScenarioView>('POST', path, body);
const read = async (id: string): Promise<ScenarioView> =>
  (await stack.api.call<ScenarioView>('GET', `/v1/scenarios/${id}`)).body;
const list = async (query = ''): Promise<readonly string[]> =>
  (await stack.api.call<{ scenarios: ScenarioView[] }>('GET', `/v1/scenarios${query}`)).body.scenarios.map(
    ({ id }) => id,
  );

describe('a clone', () => {
  it('is a draft of its own that can be launched, its numbers begin anew', async () => {
    const id = await stack.api.createScenario(chain('Sale', NOW, mms('gone')));
    await stack.api.call('PUT', `/v1/scenarios/${id}`, chain('Sale', NOW, mms('send')));
    const original = await read(id);
    expect(original.nodes[1]).toMatchObject({ id: 'send', name: 'mms_2', action_id: 2 });
    const { status, body: clone } = await post(`/v1/scenarios/${id}/clone`);
    expect(status).toBe(201);
    expect(clone).toMatchObject({ name: 'Copy of Sale', revision: 1, edges: original.edges });
    expect(clone.nodes[1]).toMatchObject({ id: 'send', name: 'mms_1', action_id: 1 });
    expect(await read(clone.id)).toEqual(clone);
    await stack.api.importConsenting({ ana: '+12125550200' });
    expect((await stack.api.launch(clone.id)).status).toBe(202);
    await stack.api.call('PUT', `/v1/scenarios/${clone.id}`, chain('Other', NOW));
    expect(await read(id)).toEqual(original);
  });

  it('takes the name it is given, keeps names of nodes, and fits a long one', async () => {
    const named = { ...mms('send'), name: 'Big news' };
    const id = await stack.api.createScenario(chain('x'.repeat(100), NOW, named));
    const { body } = await post(`/v1/scenarios/${id}/clone`, { name: 'Winter' });
    expect(body).toMatchObject({ name: 'Winter' });
    expect(body.nodes[1]).toMatchObject({ name: 'Big news' });
    expect((await post(`/v1/scenarios/${id}/clone`)).body.name).toHaveLength(100);
    for (const wrong of [{ name: '' }, { title: 'x' }, []])
      expectProblem(await stack.api.call('POST', `/v1/scenarios/${id}/clone`, wrong), 422, 'bad_body');
  });
});

describe('an archived scenario', () => {
  it('is neither listed nor changed nor launched, until it is taken back', async () => {
    const id = await stack.api.createScenario(chain('Old', NOW, mms('send')));
    const archived = await post(`/v1/scenarios/${id}/archive`);
    expect(archived).toMatchObject({
      status: 200,
      body: { id, revision: 2, archivedAt: expect.any(String) as string },
    });
    expect(await list()).not.toContain(id);
    expect(await list('?archived=true')).toContain(id);
    const edit = await stack.api.call('PUT', `/v1/scenarios/${id}`, chain('New', NOW));
    expectProblem(edit, 409, 'scenario_archived');
    expectProblem(await stack.api.launch(id), 409, 'scenario_archived');
    const dry = await stack.api.call('POST', `/v1/scenarios/${id}/launch`, { dryRun: true });
    expectProblem(dry, 409, 'scenario_archived');
    expect(await read(id)).toEqual(archived.body);
    expect((await post(`/v1/scenarios/${id}/clone`)).body).toMatchObject({ archivedAt: null });
    const back = await post(`/v1/scenarios/${id}/unarchive`);
    expect(back.body).toMatchObject({ revision: 3, archivedAt: null });
    expect(await list()).toContain(id);
    expect((await stack.api.launch(id)).status).toBe(202);
  });

  it('stays as it is when it is archived once more', async () => {
    const id = await stack.api.createScenario(chain('Twice', NOW));
    const first = await post(`/v1/scenarios/${id}/archive`);
    expect(await post(`/v1/scenarios/${id}/archive`)).toMatchObject({ status: 200, body: first.body });
  });

  it('keeps its runs, and a launch that is repeated is answered as before', async () => {
    const id = await stack.api.createScenario(chain('Kept', NOW, mms('send')));
    const launched = await stack.api.launch(id, 'kept-1');
    await post(`/v1/scenarios/${id}/archive`);
    expect((await stack.api.readRun(launched.body.id)).state).toBe('requested');
    expect((await stack.api.launch(id, 'kept-1')).body).toEqual(launched.body);
  });

  it('is not archived by a request with a body that is far too large', async () => {
    const id = await stack.api.createScenario(chain('Large', NOW));
    const answer = await stack.api.call('POST', `/v1/scenarios/${id}/archive`, 'x'.repeat(1_048_577));
    expectProblem(answer, 413, 'too_large');
    expect((await read(id)).archivedAt).toBeNull();
  });

  it('of somebody else is not found', async () => {
    for (const verb of ['archive', 'unarchive', 'clone'])
      expectProblem(
        await stack.api.call('POST', `/v1/scenarios/5b8f8c1e-0000-4000-8000-000000000000/${verb}`),
        404,
        'not_found',
      );
  });
});
