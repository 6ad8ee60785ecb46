import { chain, mms, NOW, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface ScenarioView {
  readonly nodes: readonly {
    readonly id: string;
    readonly name?: string;
    readonly action_id: number | null;
  }[];
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

function idsOf({ nodes }: ScenarioView): Readonly<Record<string, number | null>> {
  return Object.fromEntries(nodes.map((node) => [node.id, node.action_id]));
}

async function replace(id: string, ...nodes: readonly object[]): Promise<ScenarioView> {
  const answer = await stack.api.call<ScenarioView>(
    'PUT',
    `/v1/scenarios/${id}`,
    chain('Numbers', NOW, ...nodes),
  );
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.body;
}

async function create(...nodes: readonly object[]): Promise<{ id: string } & ScenarioView> {
  const body = chain('Numbers', NOW, ...nodes);
  return (await stack.api.call<{ id: string } & ScenarioView>('POST', '/v1/scenarios', body)).body;
}

const sms = (id: string): object => ({ id, type: 'sms', config: { category: 'marketing', text: 'Hi' } });

describe('the number of an action node', () => {
  it('is given in the order of the list, to nodes that act and to no others', async () => {
    const scenario = await create(mms('first'), wait('rest', '1h'), sms('second'), mms('third'));
    expect(idsOf(scenario)).toEqual({ start: null, first: 1, rest: null, second: 2, third: 3 });
    expect(scenario.nodes.map((node) => node.name)).toEqual([
      undefined,
      'mms_1',
      undefined,
      'sms_2',
      'mms_3',
    ]);
  });

  it('survives edits, new neighbours and another order', async () => {
    const { id } = await create(mms('a'), mms('b'));
    const edited = await replace(id, mms('new'), mms('b', { text: 'Changed' }), mms('a'));
    expect(idsOf(edited)).toMatchObject({ a: 1, b: 2, new: 3 });
  });

  it('survives removal and is never given to another node', async () => {
    const { id } = await create(mms('a'), mms('b'));
    expect(idsOf(await replace(id, mms('a')))).toEqual({ start: null, a: 1 });
    expect(idsOf(await replace(id, mms('a'), mms('c')))).toMatchObject({ a: 1, c: 3 });
    expect(idsOf(await replace(id, mms('b'), mms('a'), mms('c')))).toMatchObject({ a: 1, b: 2, c: 3 });
  });

  it('that comes in is ignored', async () => {
    const scenario = await create({ ...mms('a'), action_id: 7 }, { ...mms('b'), action_id: 'seven' });
    expect(idsOf(scenario)).toMatchObject({ a: 1, b: 2 });
    expect(idsOf(await replace(scenario.id, { ...mms('b'), action_id: 1 }))).toMatchObject({ b: 2 });
  });

  it('is given once even if the same edit comes in many times at once', async () => {
    const { id } = await create();
    const edits = await Promise.all(
      Array.from({ length: 8 }, (_, i) => replace(id, mms('same'), mms(`own${i}`))),
    );
    expect(new Set(edits.map((edit) => idsOf(edit)['same']))).toEqual(new Set([1]));
    const own = edits.map((edit, i) => idsOf(edit)[`own${i}`]);
    expect(new Set(own)).toEqual(new Set([2, 3, 4, 5, 6, 7, 8, 9]));
  });
});
