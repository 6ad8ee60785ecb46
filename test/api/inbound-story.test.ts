import { eventually } from '../support/eventually.ts';
import { listInbound, SENDER, sendThroughSimulator } from '../support/inbound.ts';
import { chain, mms, NOW } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

interface Story {
  readonly entries: readonly {
    readonly steps: readonly { readonly outcome: string; readonly explanation: string }[];
  }[];
}

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
});
afterAll(() => stack.stop());

it('who writes STOP while a run is held gets nothing when it goes on, and the story says why', async () => {
  const phone = '+12125550200';
  await stack.api.importConsenting({ stopper: phone, other: '+12125550201' });
  const hold = { scope: 'project', reason: 'wait' };
  await stack.api.call('PUT', '/v1/holds', hold);
  const runId = await stack.api.run(chain('Held', NOW, mms('send')));
  await eventually(async () => ((await stack.api.readRun(runId)).audience === 2 ? true : undefined));
  await sendThroughSimulator(stack, { from: phone, to: SENDER, text: 'Stop.' });
  await stack.api.call('DELETE', '/v1/holds?scope=project');
  expect(await stack.api.runEnd(runId)).toMatchObject({ suppressed: { opted_out: 1 } });
  expect(stack.simulator.ledger.rows.flatMap((row) => ('to' in row ? [row.to] : []))).toEqual([
    '12125550201',
  ]);
  const { body } = await stack.api.call<Story>('GET', `/v1/runs/${runId}/customers/stopper`);
  const step = body.entries[0]?.steps.at(-1);
  expect(step).toMatchObject({ outcome: 'suppressed' });
  expect(step?.explanation).toMatch(
    /^The number has opted out\. Source: inbound STOP, \d{4}-.*Z: STOP to 12065550100\./,
  );
  expect((await listInbound(stack, { keyword: 'stop' })).messages).toMatchObject([{ phone, text: 'Stop.' }]);
});
