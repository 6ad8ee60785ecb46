import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const TESTER = '+12125550100';
let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ mode: 'allow-list', testNumbers: [TESTER] });
});
afterAll(() => stack.stop());

describe('a project that may call test numbers only', () => {
  it('calls those, and tells of everybody else why not', async () => {
    await stack.api.importConsenting({ tester: TESTER, customer: '+13055550101', other: '+14155550102' });
    const runId = await stack.api.run(chain('Rehearsal', NOW, mms('hello')));
    const run = await stack.api.runEnd(runId);
    expect(run.suppressed).toEqual({ not_in_allow_list: 2 });
    expect(run.messages).toEqual({ delivered: 1 });
  });
});
