import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';
import type { RunView } from '../support/api.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
  await stack.api.importConsenting(ordinaryPhones(200), { likes: 7 });
});
afterAll(() => stack.stop());

/** A run that is stuck at a node whose template fails for everybody. */
async function stuckRun(): Promise<{
  runId: string;
  decide: (body: object) => ReturnType<typeof stack.api.call>;
}> {
  const text = 'You like {{ customer.likes | join(", ") }}';
  const runId = await stack.api.run(chain('Stuck', NOW, mms('bad', { text }), mms('good')));
  await eventually(async () => ((await stack.api.readRun(runId)).incidents.length > 0 ? true : undefined));
  return { runId, decide: (body) => stack.api.call('POST', `/v1/runs/${runId}/incidents/bad`, body) };
}

/** How many workflows an operator finds in the Temporal UI under this state. */
function stuckCohorts(): Promise<number> {
  return eventually(async () => {
    const query = `TidingsState = 'stuck'`;
    const answer = await stack.client?.client.workflow.count(query);
    return answer && answer.count > 0 ? answer.count : undefined;
  });
}

async function endOf(runId: string): Promise<RunView> {
  return stack.api.runEnd(runId);
}

describe('a node that is stuck', () => {
  it('lets its members go by the outlet that the operator names', async () => {
    const { runId, decide } = await stuckRun();
    expect(await stuckCohorts()).toBe(1);
    expect(await decide({ action: 'skip', outlet: 'nowhere' })).toMatchObject({ status: 422 });
    expect(await decide({ action: 'skip', outlet: 'next' })).toMatchObject({
      status: 202,
      body: { visits: 1 },
    });
    const end = await endOf(runId);
    expect(end.nodes.find(({ node_id }) => node_id === 'bad')?.outcomes).toEqual({ skipped: 200 });
    expect(end.messages).toEqual({ delivered: 200 });
    expect(end.incidents).toEqual([]);
  });

  it('ends its members when the operator says so', async () => {
    const { runId, decide } = await stuckRun();
    await decide({ action: 'exit' });
    const end = await endOf(runId);
    expect([end.state, end.messages]).toEqual(['finished', {}]);
    expect(await decide({ action: 'exit' })).toMatchObject({ status: 409, body: { code: 'no_incident' } });
  });

  it('is entered again on retry, and is a new incident when that does not help', async () => {
    const { runId, decide } = await stuckRun();
    const [before] = (await stack.api.readRun(runId)).incidents;
    await decide({ action: 'retry' });
    const after = await eventually(async () => {
      const [incident] = (await stack.api.readRun(runId)).incidents;
      return incident && incident.since !== before?.since ? incident : undefined;
    });
    expect(after).toMatchObject({ node_id: 'bad', decided: 0 });
    await decide({ action: 'exit' });
    await endOf(runId);
  });
});
