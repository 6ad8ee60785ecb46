import { rm } from 'node:fs/promises';
import { eventually } from '../support/eventually.ts';
import { otherCode } from '../support/other-code.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 3;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
});
afterAll(() => stack.stop());

describe('a cohort whose history the workflow code can not follow', () => {
  it('is lost: its run is paused with a reason, and goes on from the database without a second message', async () => {
    const id = await stack.api.run(chain('Unfollowed', NOW, mms('first'), wait('rest', '8s'), mms('second')));
    const { workflowId } = await eventually(async () => {
      const report = await stack.api.readRun(id);
      return report.nodes.find(({ node_id }) => node_id === 'rest')?.here === CUSTOMERS ? report : undefined;
    }, 40_000);
    const cohort = `${workflowId.replace('run/', 'cohort/')}/0001`;
    const code = stack.bundle;
    // No history of a send can be followed by it.
    stack.bundle = await otherCode(stack, "name: 'submit'", "name: 'send'");
    await stack.replaceWorker();

    const paused = await eventually(async () => {
      const run = await stack.api.readRun(id);
      return run.state === 'paused' ? run : undefined;
    }, 40_000);
    expect(paused.stateReason).toBe(`workflow_lost: ${cohort}`);

    await rm(stack.bundle);
    stack.bundle = code;
    await stack.replaceWorker();
    await stack.api.call('POST', `/v1/runs/${id}/resume`);
    const end = await stack.api.runEnd(id);
    expect([end.state, end.messages]).toEqual(['finished', { delivered: CUSTOMERS * 2 }]);
    const taken = stack.simulator.ledger.rows.filter(({ kind }) => kind === 'accepted');
    expect(taken).toHaveLength(CUSTOMERS * 2);
  }, 120_000);
});
