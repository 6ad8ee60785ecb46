import type { History } from '@temporalio/common/lib/proto-utils.js';
import { TASK_QUEUE } from '../../domain/temporal-names.ts';
import type { RunView } from '../support/api.ts';
import { mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

/** Where the stack's workers keep no workflow: every task of one replays its history from the beginning. */
const NO_CACHE = 0;
const ORDINARY = 196;
/** Numbers whose handsets do something else, see docs/simulators.md. */
const ABSENT = ['+12125550150', '+13055550150'];
const SILENT = ['+12125550152', '+13055550152'];

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false, timings: { receiptDeadlineMs: 4_000 } });
  await stack.startTemporal();
  stack.startPumps();
  await stack.startWorker(NO_CACHE);
});
afterAll(() => stack.stop());

const named = (phones: readonly string[], prefix: string): Record<string, string> =>
  Object.fromEntries(phones.map((phone, index) => [`${prefix}-${index}`, phone]));

const exit = (id: string): object => ({ id, type: 'exit', config: { reason: id } });

/** Parts the vips off, waits for the others' reports, and meets again at a last message. */
const SCENARIO = {
  name: 'No cache',
  nodes: [
    NOW,
    { id: 'ask', type: 'condition', config: { filter: { attribute: 'vip', op: 'eq', value: true } } },
    wait('rest', '1s'),
    mms('greet'),
    wait('retry', '500ms'),
    { id: 'text', type: 'sms', config: { category: 'marketing', text: 'Once more' } },
    mms('last'),
    exit('silent'),
    exit('done'),
  ],
  edges: [
    { from: 'start', to: 'ask' },
    { from: 'ask', outlet: 'yes', to: 'rest' },
    { from: 'ask', outlet: 'no', to: 'greet' },
    { from: 'rest', to: 'last' },
    { from: 'greet', outlet: 'delivered', to: 'last' },
    { from: 'greet', outlet: 'failed', to: 'retry' },
    { from: 'greet', outlet: 'no_receipt', to: 'silent' },
    { from: 'retry', to: 'text' },
    { from: 'text', to: 'last' },
    { from: 'last', to: 'done' },
  ],
};

/** How many left a node by each outcome. Whether a report was faster than the walk is not told where nobody waits for it. */
function waysOut({ node_id, outcomes }: RunView['nodes'][number]): Readonly<Record<string, number>> {
  if (node_id !== 'text' && node_id !== 'last') return outcomes;
  const { accepted = 0, delivered = 0, ...others } = outcomes;
  return { sent: accepted + delivered, ...others };
}

/** Task queues of the run's workflow tasks: one of a worker's own would mean that it has kept the workflow. */
async function taskQueues(): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { history } of stack.client?.client.workflow.list().intoHistories() ?? []) {
    for (const event of (history as History).events ?? []) {
      const name = event.workflowTaskScheduledEventAttributes?.taskQueue?.name;
      if (name) names.add(name);
    }
  }
  return names;
}

describe('a worker that keeps no workflow in memory', () => {
  it('brings everybody through branches, outlets and waits to where they belong, once', async () => {
    const phones = Object.entries(ordinaryPhones(ORDINARY));
    const vips = Object.fromEntries(phones.slice(0, ORDINARY / 2));
    const others = Object.fromEntries(phones.slice(ORDINARY / 2));
    await stack.api.importConsenting(vips, { vip: true });
    await stack.api.importConsenting(
      { ...others, ...named(ABSENT, 'absent'), ...named(SILENT, 'silent') },
      { vip: false },
    );
    const end = await stack.api.runEnd(await stack.api.run(SCENARIO), 50_000);

    expect([end.state, end.audience, end.incidents]).toEqual(['finished', ORDINARY + 4, []]);
    expect(Object.fromEntries(end.nodes.map((node) => [node.node_id, waysOut(node)]))).toEqual({
      start: { next: 200 },
      ask: { yes: 98, no: 102 },
      rest: { next: 98 },
      greet: { delivered: 98, failed: 2, no_receipt: 2 },
      retry: { next: 2 },
      text: { sent: 2 },
      last: { sent: 198 },
      silent: { exited: 2 },
      done: { exited: 198 },
    });
    expect(end.nodes.map(({ here }) => here)).toEqual(end.nodes.map(() => 0));
    const accepted = stack.simulator.ledger.rows
      .filter(({ kind }) => kind === 'accepted')
      .map(({ id }) => id);
    expect(accepted).toHaveLength(102 + 2 + 198);
    expect(new Set(accepted).size).toBe(accepted.length);
    expect(await taskQueues()).toEqual(new Set([TASK_QUEUE]));
  });
});
