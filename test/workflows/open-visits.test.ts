import { mostVisits, watchVisits } from '../support/most-visits.ts';
import { mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 1_000;
/** Design: more visits of one node and pass become fewer. */
const MOST = 32;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({
    // Receipts from 5 to 15 s, a hint whenever the pump comes round, and waits that hardly ever end together.
    simulator: { reportDelayMs: 10_000 },
    timings: {
      receiptDeadlineMs: 60_000,
      hintMs: { first: 10, last: 10 },
      rounding: { fraction: 1 / 1_000, minMs: 10, maxMs: 1_000 },
      historyEvents: 2_000,
    },
  });
  await watchVisits(stack.database.pool);
});
afterAll(() => stack.stop());

/** Whoever has got the message rests, in as many visits as there were hints, until all have got it. */
const SCENARIO = {
  name: 'Many visits',
  nodes: [NOW, mms('send'), wait('rest', '14s'), { id: 'thanks', type: 'exit', config: { reason: 'done' } }],
  edges: [
    { from: 'start', to: 'send' },
    { from: 'send', outlet: 'delivered', to: 'rest' },
    { from: 'rest', to: 'thanks' },
  ],
};

describe('members who come to a node in many small groups', () => {
  it(`are at most in ${MOST} open visits of it, in any record of the walk`, async () => {
    await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
    const end = await stack.api.runEnd(await stack.api.run(SCENARIO));
    expect(end.nodes.find(({ node_id }) => node_id === 'rest')?.outcomes).toEqual({ next: CUSTOMERS });
    const visits = await mostVisits(stack.database.pool);
    process.stdout.write(`most open visits: ${JSON.stringify(visits)}\n`);
    expect(visits['send']).toBe(1);
    expect(visits['rest']).toBeLessThanOrEqual(MOST);
    // A machine that has much else to do does not come to the limit; one group a hint there is on any.
    expect(visits['rest']).toBeGreaterThan(MOST / 4);
  });
});
