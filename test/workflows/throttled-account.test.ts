import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 40;
/** What the vendor takes in a second; the engine is told of no rate. */
const MAX_PER_SECOND = 10;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ simulator: { maxPerSecond: MAX_PER_SECOND } });
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
});
afterAll(() => stack.stop());

it('an account that takes fewer messages a second than are offered gets every one of them, once', async () => {
  const { body } = await stack.api.call<{ id: string }>(
    'POST',
    '/v1/scenarios',
    chain('Throttled', NOW, mms('only')),
  );
  const launch = await stack.api.call<{ id: string }>(
    'POST',
    `/v1/scenarios/${body.id}/launch`,
    {},
    { 'idempotency-key': 'throttled' },
  );
  const run = await stack.api.runEnd(launch.body.id, 60_000);
  expect(run.messages).toEqual({ delivered: CUSTOMERS });
  const { rows } = stack.simulator.ledger;
  const accepted = rows.flatMap((row) => (row.kind === 'accepted' ? [row.id] : []));
  expect([accepted.length, new Set(accepted).size]).toEqual([CUSTOMERS, CUSTOMERS]);
  expect(rows.filter(({ kind }) => kind === 'refused').length).toBeGreaterThan(0);
  expect(rows.filter(({ kind }) => kind === 'duplicate_refused')).toEqual([]);
});
