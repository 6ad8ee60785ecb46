import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const COUNT = 1_000;
let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false, simulator: { latencyMs: 700 } });
  await stack.startTemporal();
  stack.startPumps();
});
afterAll(() => stack.stop());

const accepted = (): number => stack.simulator.ledger.rows.filter(({ kind }) => kind === 'accepted').length;

describe('a worker that is stopped in the middle of a visit', () => {
  it('claims nothing more, leaves nothing in doubt, and the next one goes on', async () => {
    const stopWorker = await stack.startWorker();
    await stack.api.importConsenting(ordinaryPhones(COUNT));
    const runId = await stack.api.run(chain('Restart', NOW, mms('send')));
    await eventually(() => (accepted() > 0 ? true : undefined));
    await stopWorker();
    expect(accepted()).toBeLessThan(COUNT / 2);
    const { rows } = await stack.database.pool.query<{ state: string }>(
      `SELECT DISTINCT state FROM message WHERE state IN ('submitting', 'unknown')`,
    );
    expect(rows).toEqual([]);

    await stack.startWorker();
    expect((await stack.api.runEnd(runId)).messages).toEqual({ delivered: COUNT });
    expect(accepted()).toBe(COUNT);
  });
});
