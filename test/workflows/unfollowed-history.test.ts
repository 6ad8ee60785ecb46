import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 3;

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
});
afterAll(() => stack.stop());

/** Workflow code that calls the sending of messages by another name: no history of a send can be followed. */
async function otherCode(): Promise<string> {
  const code = await readFile(stack.bundle, 'utf8');
  const other = code.replace("name: 'submit'", "name: 'send'");
  if (other === code) throw new Error('The bundle names the effect in another way.');
  const file = path.join(stack.folder, 'other.cjs');
  await writeFile(file, other);
  return file;
}

describe('a cohort whose history the workflow code can not follow', () => {
  it('is lost: its run is paused with a reason, and goes on from the database without a second message', async () => {
    const id = await stack.api.run(chain('Unfollowed', NOW, mms('first'), wait('rest', '8s'), mms('second')));
    const { workflowId } = await eventually(async () => {
      const report = await stack.api.readRun(id);
      return report.nodes.find(({ node_id }) => node_id === 'rest')?.here === CUSTOMERS ? report : undefined;
    }, 40_000);
    const cohort = `${workflowId.replace('run/', 'cohort/')}/0001`;
    const code = stack.bundle;
    stack.bundle = await otherCode();
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
