import { setTimeout as pause } from 'node:timers/promises';
import { inTransaction } from '../../database/transaction.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, wait } from '../support/scenarios.ts';
import type { TestStack } from '../support/test-stack.ts';

/** A run whose histories are kept, by the name of its scenario. */
export interface RecordedScenario {
  readonly name: string;
  readonly scenario: object;
  /** What happens while it runs. */
  readonly meanwhile?: (stack: TestStack, runId: string) => Promise<void>;
}

const exit = (id: string): object => ({ id, type: 'exit', config: { reason: id } });
const condition = (attribute: string, value: unknown): object => ({
  id: 'ask',
  type: 'condition',
  config: { filter: { attribute, op: 'eq', value } },
});

/** Waits until so many are at a node. */
async function areAt(stack: TestStack, runId: string, nodeId: string): Promise<void> {
  await eventually(async () => {
    const { audience, nodes } = await stack.api.readRun(runId);
    return nodes.find((node) => node.node_id === nodeId)?.here === audience ? true : undefined;
  });
}

async function command(stack: TestStack, runId: string, verb: string): Promise<void> {
  const { status, text } = await stack.api.call('POST', `/v1/runs/${runId}/${verb}`);
  if (status !== 202) throw new Error(text);
}

/** The wait is long enough that the run is in it whenever it is paused. */
async function pauseAndResume(stack: TestStack, runId: string): Promise<void> {
  await areAt(stack, runId, 'rest');
  await command(stack, runId, 'pause');
  await command(stack, runId, 'resume');
}

async function cancel(stack: TestStack, runId: string): Promise<void> {
  await areAt(stack, runId, 'rest');
  await command(stack, runId, 'cancel');
}

/** Nothing of the walk can be written for longer than a local activity may take. */
async function holdUpWriting(stack: TestStack, runId: string): Promise<void> {
  await areAt(stack, runId, 'rest');
  await inTransaction(stack.database.pool, async (connection) => {
    await connection.query('LOCK TABLE trace IN ACCESS EXCLUSIVE MODE');
    await pause(6_000);
  });
}

/** Every way that a workflow goes, once; `vip` is true for every second customer. */
export const RECORDED: readonly RecordedScenario[] = [
  { name: 'without-outlets', scenario: chain('without-outlets', NOW, mms('first'), mms('second')) },
  {
    name: 'with-outlets',
    scenario: {
      name: 'with-outlets',
      nodes: [NOW, mms('send'), exit('delivered'), exit('failed'), exit('silent')],
      edges: [
        { from: 'start', to: 'send' },
        { from: 'send', outlet: 'delivered', to: 'delivered' },
        { from: 'send', outlet: 'failed', to: 'failed' },
        { from: 'send', outlet: 'no_receipt', to: 'silent' },
      ],
    },
  },
  { name: 'wait', scenario: chain('wait', NOW, wait('rest', '1s'), mms('send')) },
  {
    name: 'condition-loop',
    scenario: {
      name: 'condition-loop',
      nodes: [NOW, condition('level', 1), wait('again', '1s'), mms('send')],
      edges: [
        { from: 'start', to: 'ask' },
        { from: 'ask', outlet: 'yes', to: 'send' },
        { from: 'ask', outlet: 'no', to: 'again' },
        { from: 'again', to: 'ask' },
      ],
    },
    meanwhile: async (stack, runId) => {
      await eventually(async () => {
        const { audience, nodes } = await stack.api.readRun(runId);
        const again = nodes.find((node) => node.node_id === 'again')?.outcomes['next'] ?? 0;
        return again >= 2 * (audience ?? Infinity) ? true : undefined;
      });
      await stack.database.pool.query(`UPDATE customer SET attributes = attributes || '{"level": 1}'`);
    },
  },
  {
    name: 'branches',
    scenario: {
      name: 'branches',
      nodes: [NOW, condition('vip', true), wait('rest', '1s'), mms('send')],
      edges: [
        { from: 'start', to: 'ask' },
        { from: 'ask', outlet: 'yes', to: 'send' },
        { from: 'ask', outlet: 'no', to: 'rest' },
        { from: 'rest', to: 'send' },
      ],
    },
  },
  {
    name: 'pause-and-resume',
    scenario: chain('pause-and-resume', NOW, wait('rest', '3s'), mms('send')),
    meanwhile: pauseAndResume,
  },
  {
    name: 'slow-database',
    scenario: chain('slow-database', NOW, wait('rest', '1s'), mms('send')),
    meanwhile: holdUpWriting,
  },
  {
    name: 'cancel',
    scenario: chain('cancel', NOW, mms('send'), wait('rest', '1h')),
    meanwhile: cancel,
  },
  {
    name: 'continue-as-new',
    scenario: chain(
      'continue-as-new',
      NOW,
      ...Array.from({ length: 30 }, (_, index) => wait(`wait${index + 1}`, '100ms')),
      mms('send'),
    ),
  },
];
