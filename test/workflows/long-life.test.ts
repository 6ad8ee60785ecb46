import { eventually } from '../support/eventually.ts';
import { mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 60;
const WAITS = 30;
/** Temporal suggests to continue as new from here on. */
const MAX_EVENTS = 4_096;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ timings: { historyEvents: 60 } });
});
afterAll(() => stack.stop());

/** Thirty waits in a row, then three loops, each left once the customer's attribute lets it. */
function longScenario(): object {
  const waits = Array.from({ length: WAITS }, (_, index) => wait(`wait${index + 1}`, '100ms'));
  const loops = [1, 2, 3].flatMap((loop) => [
    {
      id: `ask${loop}`,
      type: 'condition',
      config: { filter: { attribute: 'level', op: 'gte', value: loop } },
    },
    wait(`again${loop}`, '400ms'),
  ]);
  const path = ['start', 'first', ...waits.map((_, index) => `wait${index + 1}`), 'ask1'];
  return {
    name: 'Long life',
    nodes: [NOW, mms('first'), ...waits, ...loops, mms('last')],
    edges: [
      ...path.slice(1).map((to, index) => ({ from: path[index], to })),
      ...[1, 2, 3].flatMap((loop) => [
        { from: `ask${loop}`, outlet: 'yes', to: loop === 3 ? 'last' : `ask${loop + 1}` },
        { from: `ask${loop}`, outlet: 'no', to: `again${loop}` },
        { from: `again${loop}`, to: `ask${loop}` },
      ]),
    ],
  };
}

async function lengthsOfHistories(): Promise<readonly number[]> {
  const lengths: number[] = [];
  for await (const { historyLength } of stack.client?.client.workflow.list({
    query: `WorkflowType = 'runCohort'`,
  }) ?? [])
    lengths.push(historyLength);
  return lengths;
}

describe('a cohort that lives long', () => {
  it('continues as new again and again, through lost workers, and loses or repeats nobody', async () => {
    const phones = ordinaryPhones(CUSTOMERS);
    await stack.api.importConsenting(phones, { level: 0 });
    const runId = await stack.api.run(longScenario());
    for (let level = 1; level <= 3; level += 1) {
      await eventually(async () => {
        const { nodes } = await stack.api.readRun(runId);
        return (nodes.find((node) => node.node_id === `again${level}`)?.outcomes['next'] ?? 0) >=
          CUSTOMERS * 2
          ? true
          : undefined;
      }, 90_000);
      await stack.replaceWorker();
      await stack.api.importConsenting(phones, { level });
    }
    const end = await stack.api.runEnd(runId, 90_000);
    expect(end.state).toBe('finished');
    expect(end.messages).toEqual({ delivered: CUSTOMERS * 2 });
    for (let index = 1; index <= WAITS; index += 1) {
      expect(end.nodes.find((node) => node.node_id === `wait${index}`)?.outcomes).toEqual({
        next: CUSTOMERS,
      });
    }
    const lengths = await lengthsOfHistories();
    expect(lengths.length).toBeGreaterThan(3);
    expect(Math.max(...lengths)).toBeLessThan(MAX_EVENTS);
  }, 240_000);
});
