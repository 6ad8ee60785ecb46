import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
});
afterAll(() => stack.stop());

describe('cancelling a run', () => {
  it('ends everybody where they are, claims nothing more, and tells so of every customer', async () => {
    await stack.api.importConsenting(ordinaryPhones(30));
    const runId = await stack.api.run(
      chain('Cancelled', NOW, mms('first'), wait('pause', '1h'), mms('second')),
    );
    await eventually(async () => {
      const run = await stack.api.readRun(runId);
      return run.nodes.find((node) => node.node_id === 'pause')?.here === 30 ? run : undefined;
    });
    expect((await stack.api.call('POST', `/v1/runs/${runId}/cancel`)).status).toBe(202);
    const run = await stack.api.runEnd(runId);
    expect(run.state).toBe('cancelled');
    const left = (outcomes: Readonly<Record<string, number>>): number =>
      Object.values(outcomes).reduce((sum, count) => sum + count, 0);
    expect(left(run.nodes.find(({ node_id }) => node_id === 'first')?.outcomes ?? {})).toBe(30);
    const others = run.nodes.filter(({ node_id }) => node_id !== 'first');
    expect(others.map((node) => [node.node_id, node.outcomes, node.here])).toEqual([
      ['start', { next: 30 }, 0],
      ['pause', { exited: 30 }, 0],
      ['second', {}, 0],
    ]);
    const story = await stack.api.call<{ entries: { steps: { node_id: string; exit: string | null }[] }[] }>(
      'GET',
      `/v1/runs/${runId}/customers/c-7`,
    );
    expect(story.body.entries[0]?.steps.at(-1)).toMatchObject({ node_id: 'pause', exit: 'run_cancelled' });
    const handle = stack.client?.client.workflow.getHandle(run.workflowId);
    await expect(handle?.result()).resolves.toBeDefined();
  });

  it('is refused once the run has ended', async () => {
    const runId = await stack.api.run(chain('Over', NOW, mms('only')));
    await stack.api.runEnd(runId);
    const answer = await stack.api.call<{ code: string }>('POST', `/v1/runs/${runId}/cancel`);
    expect([answer.status, answer.body.code]).toEqual([409, 'run_ended']);
  });
});
