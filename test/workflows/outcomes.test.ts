import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
});
afterAll(() => stack.stop());

/** `+12125550150` and so on: each number's digits say what its handset does. */
const HANDSETS: Readonly<Record<string, string>> = {
  ordinary: '+12125550200',
  absent: '+12125550150',
  silent: '+12125550152',
  expiring: '+12125550153',
  reset: '+12125550154',
  unanswered: '+12125550155',
  failing_once: '+12125550156',
  throttled: '+12125550157',
  truncated: '+12125550158',
  no_entry: '+12125550159',
  blocklisted: '+12125550163',
  thrice: '+12125550165',
  late_success: '+12125550166',
  late_failure: '+12125550167',
  by_operator: '+12125550168',
  early: '+12125550169',
};

const MMS = { type: 'mms', config: { category: 'marketing', text: 'Hello {{ customer.externalId }}' } };

describe('a launched scenario', () => {
  it('brings every kind of handset to the state that fits it, and sends nothing twice', async () => {
    await stack.api.importConsenting(HANDSETS);
    const runId = await stack.api.run({
      name: 'Outcomes',
      nodes: [
        { id: 'start', type: 'now' },
        { id: 'send', ...MMS },
      ],
      edges: [{ from: 'start', to: 'send' }],
    });
    const run = await stack.api.runEnd(runId);
    expect(run.state).toBe('finished');
    const { rows } = await stack.database.pool.query<{ name: string; state: string; no_receipt: boolean }>(
      `SELECT customer.external_id AS name, state, no_receipt
       FROM message JOIN customer ON customer.id = message.customer_id WHERE run_id = $1`,
      [runId],
    );
    const states = Object.fromEntries(
      rows.map((row) => [row.name, row.no_receipt ? 'no_receipt' : row.state]),
    );
    expect(states).toEqual({
      ordinary: 'delivered',
      absent: 'failed',
      silent: 'no_receipt',
      expiring: 'expired',
      reset: 'delivered',
      unanswered: 'delivered',
      failing_once: 'delivered',
      throttled: 'delivered',
      truncated: 'delivered',
      no_entry: 'delivered',
      blocklisted: 'rejected',
      thrice: 'delivered',
      late_success: 'delivered',
      late_failure: 'delivered',
      by_operator: 'delivered',
      early: 'delivered',
    });
    const accepted = stack.simulator.ledger.rows
      .filter((row) => row.kind === 'accepted')
      .map((row) => row.id);
    expect(new Set(accepted).size).toBe(accepted.length);
    expect(accepted).toHaveLength(Object.keys(HANDSETS).length - 1);
  });
});
