import { nodesLeadingTo } from '../../api/runs/estimate.ts';
import { eventually } from '../support/eventually.ts';
import { mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';
import { graphOf } from '../support/virtual-walk.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
  await stack.api.importConsenting(ordinaryPhones(3, 'near'), { near: true });
  await stack.api.importConsenting(ordinaryPhones(5, 'far'), { near: false });
});
afterAll(() => stack.stop());

const SPLIT = {
  id: 'split',
  type: 'condition',
  config: { filter: { attribute: 'near', op: 'eq', value: true } },
};

/** Near ones take the way `yes`, the others wait for an hour. */
async function remainingOf(...yes: readonly { id: string }[]): Promise<number | undefined> {
  const [first = { id: '' }, second] = yes;
  const runId = await stack.api.run({
    name: 'Estimated',
    nodes: [NOW, SPLIT, wait('rest', '1h'), ...yes],
    edges: [
      { from: 'start', to: 'split' },
      { from: 'split', outlet: 'yes', to: first.id },
      { from: 'split', outlet: 'no', to: 'rest' },
      ...(second ? [{ from: first.id, to: second.id }] : []),
    ],
  });
  const run = await eventually(async () => {
    const seen = await stack.api.readRun(runId);
    const here = seen.nodes.find((node) => node.node_id === first.id)?.here;
    return seen.nodes.find((node) => node.node_id === 'rest')?.here === 5 && here === (second ? 3 : 0)
      ? seen
      : undefined;
  });
  await stack.api.call('POST', `/v1/runs/${runId}/cancel`);
  await stack.api.runEnd(runId);
  return (run as unknown as { estimate: { remaining: number } | null }).estimate?.remaining;
}

describe('the estimate of a run', () => {
  it('counts nobody who took another way for good', async () => {
    expect(await remainingOf(mms('send') as { id: string })).toBe(0);
  });

  it('counts those who are on their way to the first message', async () => {
    expect(await remainingOf(wait('later', '1h') as { id: string }, mms('send') as { id: string })).toBe(3);
  });

  it('looks back along every way, also one that leads around', () => {
    const graph = graphOf({
      start: ['now', {}, { next: 'split' }],
      split: ['condition', {}, { yes: 'send', no: 'leave' }],
      send: ['sms', {}, { next: 'rest' }],
      rest: ['wait', { forMs: 1 }, { next: 'split' }],
      leave: ['exit'],
    });
    expect([...nodesLeadingTo(graph, 'send')].sort()).toEqual(['rest', 'send', 'split', 'start']);
  });
});
