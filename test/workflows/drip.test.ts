import { mostVisits, watchVisits } from '../support/most-visits.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

/**
 * Ten minutes of receipts in 30 seconds: everything that the engine waits for is divided by `FACTOR`.
 *
 * `DRIP_CUSTOMERS=20000 DRIP_FACTOR=10 npm test -- drip` is the long form, of about two minutes.
 */
const FACTOR = Number(process.env['DRIP_FACTOR'] ?? 20);
const CUSTOMERS = Number(process.env['DRIP_CUSTOMERS'] ?? 4_000);
const MINUTE = 60_000;
/** `npm run bench` holds a tenth on a quiet machine; beside other tests workflow tasks come in more and smaller pieces. */
const MOST_EVENTS = 0.15;
/** Of one node; `open-visits` brings a cohort so far. */
const MOST_VISITS = 32;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({
    // From half to one and a half times the delay.
    simulator: { reportDelayMs: (10 * MINUTE) / FACTOR },
    timings: {
      receiptDeadlineMs: 90 * MINUTE,
      arrivalBufferMs: MINUTE / FACTOR,
      hintMs: { first: 20_000 / FACTOR, last: (5 * MINUTE) / FACTOR },
      historyEvents: 2_000,
    },
  });
  await watchVisits(stack.database.pool);
});
afterAll(() => stack.stop());

describe('receipts that drip in', () => {
  it(`cost few events of history over ten minutes, sped up ${FACTOR} times`, async () => {
    await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
    const scenario = {
      ...chain('Drip', NOW, mms('send'), { id: 'thanks', type: 'exit', config: { reason: 'delivered' } }),
      edges: [
        { from: 'start', to: 'send' },
        { from: 'send', outlet: 'delivered', to: 'thanks' },
      ],
    };
    const end = await stack.api.runEnd(await stack.api.run(scenario), 400_000);
    expect(end.messages).toEqual({ delivered: CUSTOMERS });
    if (!stack.client) throw new Error('Temporal is not there.');
    let events = 0;
    for await (const { historyLength } of stack.client.client.workflow.list()) events += historyLength;
    const perMessage = (events / CUSTOMERS).toFixed(4);
    process.stdout.write(`${CUSTOMERS} messages: ${perMessage} events each, sped up ${FACTOR} times\n`);
    expect(events).toBeGreaterThan(0);
    expect(events / CUSTOMERS).toBeLessThanOrEqual(MOST_EVENTS);
    const visits = Object.values(await mostVisits(stack.database.pool));
    expect(Math.max(...visits)).toBeGreaterThan(0);
    expect(Math.max(...visits)).toBeLessThanOrEqual(MOST_VISITS);
  }, 500_000);
});
