import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

describe('a launch while Temporal is down', () => {
  it('is stored at once and started once as soon as Temporal is there', async () => {
    await stack.api.importConsenting(ordinaryPhones(20));
    stack.startPumps();
    const scenarioId = await stack.api.createScenario(chain('Later', NOW, mms('send')));
    const launched = await stack.api.launch(scenarioId);
    expect(launched.status).toBe(202);
    expect((await stack.api.readRun(launched.body.id)).state).toBe('requested');

    await stack.startTemporal();
    stack.startPumps();
    await stack.startWorker();
    const run = await stack.api.runEnd(launched.body.id);
    expect(run).toMatchObject({ state: 'finished', audience: 20, messages: { delivered: 20 } });
    const accepted = stack.simulator.ledger.rows.filter((row) => row.kind === 'accepted');
    expect(accepted).toHaveLength(20);
  });
});
