import { eventually } from '../support/eventually.ts';
import { mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  // Without a hint nobody would look at the receipts for minutes.
  stack = await TestStack.start({
    timings: { receiptDeadlineMs: 300_000 },
    simulator: { reportDelayMs: 2_500 },
  });
});
afterAll(() => stack.stop());

const COUNT = 20;

async function countOf(state: string): Promise<number> {
  const { rows } = await stack.database.pool.query<{ count: string }>(
    'SELECT count(*) FROM message WHERE state = $1',
    [state],
  );
  return Number(rows[0]?.count);
}

describe('receipts that come in while Temporal is down', () => {
  it('reach the waiting cohort as soon as Temporal is back', async () => {
    await stack.api.importConsenting(ordinaryPhones(COUNT));
    const runId = await stack.api.run({
      name: 'Outage',
      nodes: [NOW, mms('send'), { id: 'done', type: 'exit', config: { reason: 'reached' } }],
      edges: [
        { from: 'start', to: 'send' },
        { from: 'send', outlet: 'delivered', to: 'done' },
      ],
    });
    await eventually(async () => ((await countOf('accepted')) === COUNT ? true : undefined));
    await stack.temporal?.stop();
    await eventually(async () => ((await countOf('delivered')) === COUNT ? true : undefined));
    expect((await stack.api.readRun(runId)).nodes[1]?.here).toBe(COUNT);

    await stack.startTemporal();
    const run = await stack.api.runEnd(runId);
    expect(run.state).toBe('finished');
    expect(run.nodes.map(({ outcomes }) => outcomes)).toEqual([
      { next: COUNT },
      { delivered: COUNT },
      { exited: COUNT },
    ]);
    expect(stack.simulator.ledger.rows.filter(({ kind }) => kind === 'accepted')).toHaveLength(COUNT);
  });
});
