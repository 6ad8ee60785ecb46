import type { WorkflowHandle } from '@temporalio/client';
import { createLog } from '../../config/log.ts';
import { pauseRunsWithLostWorkflows } from '../../worker/lost-workflows.ts';
import type { RunView } from '../support/api.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

/** Two cohorts. */
const CUSTOMERS = 1_010;
const COHORTS = ['0001', '0002'];

let stack: TestStack;
let stopPumps: () => Promise<void>;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  await stack.startTemporal();
  stopPumps = stack.startPumps();
  stopWorker = await stack.startWorker();
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
});
afterAll(() => stack.stop());

function handleOf(workflowId: string): WorkflowHandle {
  if (!stack.client) throw new Error('Temporal is not there.');
  return stack.client.client.workflow.getHandle(workflowId);
}

interface RestingRun {
  readonly id: string;
  readonly run: WorkflowHandle;
  readonly cohorts: readonly WorkflowHandle[];
}

/** A run whose members all rest after its first message. */
async function restingRun(rest: string): Promise<RestingRun> {
  const id = await stack.api.run(chain('Lost', NOW, mms('first'), wait('rest', rest)));
  const { workflowId } = await eventually(async () => {
    const report = await stack.api.readRun(id);
    return report.nodes.find(({ node_id }) => node_id === 'rest')?.here === CUSTOMERS ? report : undefined;
  }, 40_000);
  const prefix = workflowId.replace('run/', 'cohort/');
  return { id, run: handleOf(workflowId), cohorts: COHORTS.map((n) => handleOf(`${prefix}/${n}`)) };
}

function runIn(state: string, runId: string): Promise<RunView> {
  return eventually(async () => {
    const run = await stack.api.readRun(runId);
    return run.state === state ? run : undefined;
  });
}

async function command(verb: string, runId: string): Promise<void> {
  expect((await stack.api.call('POST', `/v1/runs/${runId}/${verb}`)).status).toBe(202);
}

/** Deletes a workflow with its history, and waits until nothing tells of it any more. */
async function remove(workflowId: string): Promise<void> {
  const client = stack.client?.client;
  await client?.workflowService.deleteWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId },
  });
  await eventually(async () => {
    const description = await handleOf(workflowId)
      .describe()
      .catch(() => undefined);
    return description === undefined ? true : undefined;
  });
}

/** Everybody has left the nodes once: the first two by their way out, and the wait because the run was cancelled. */
function expectCancelledAtRest(end: RunView): void {
  const ways = Object.fromEntries(end.nodes.map(({ node_id, outcomes }) => [node_id, outcomes]));
  const sum = (outcomes = {}): number => Object.values<number>(outcomes).reduce((all, some) => all + some, 0);
  expect(ways['start']).toEqual({ next: CUSTOMERS });
  expect(sum(ways['first'])).toBe(CUSTOMERS);
  expect(ways['rest']).toEqual({ exited: CUSTOMERS });
  expect([end.state, end.nodes.map(({ here }) => here)]).toEqual(['cancelled', [0, 0, 0]]);
}

describe('a run that is cancelled after its workflow was lost', () => {
  it('lets its cohorts end their members where they are, once', async () => {
    const { id, run } = await restingRun('1h');
    await run.terminate('by hand');
    await runIn('paused', id);
    await command('cancel', id);
    const end = await stack.api.runEnd(id);
    await run.result();
    expectCancelledAtRest(end);
  });
});

describe('a cancelled run', () => {
  it('whose cohorts are terminated or deleted before they could end their members ends them nevertheless', async () => {
    const { id, cohorts } = await restingRun('1h');
    await stopWorker();
    await command('cancel', id);
    await eventually(async () => {
      const { rows } = await stack.database.pool.query('SELECT FROM run WHERE wake_at IS NOT NULL');
      return rows.length === 0 ? true : undefined;
    });
    await cohorts[0]?.terminate('by hand');
    await remove(cohorts[1]?.workflowId ?? '');
    stopWorker = await stack.startWorker();
    expectCancelledAtRest(await stack.api.runEnd(id));
  });
});

describe('a run whose cohorts were terminated', () => {
  it('says how many, is not paused again for the same loss, and brings everybody to the end', async () => {
    const { pool } = stack.database;
    const log = createLog('test', 'silent');
    const { id, cohorts } = await restingRun('15s');
    await stopPumps();
    await Promise.all(cohorts.map((cohort) => cohort.terminate('by hand')));
    await eventually(async () => {
      const query = `TidingsRun = '${id}' AND ExecutionStatus = 'Terminated'`;
      return (await stack.client?.client.workflow.count(query))?.count === COHORTS.length ? true : undefined;
    });
    if (!stack.client) throw new Error('Temporal is not there.');
    await pauseRunsWithLostWorkflows(pool, stack.client, log);
    const paused = await stack.api.readRun(id);
    expect(paused.stateReason).toBe(`workflow_lost: ${cohorts[0]?.workflowId ?? ''} and 1 more`);
    expect(paused.stateExplanation).toMatch(/^2 workflows were /);

    // Nobody has come round to start them again.
    await command('resume', id);
    await pauseRunsWithLostWorkflows(pool, stack.client, log);
    expect((await stack.api.readRun(id)).state).toBe('running');
    stopPumps = stack.startPumps();
    const end = await stack.api.runEnd(id);
    expect([end.state, end.messages]).toEqual(['finished', { delivered: CUSTOMERS }]);
  });
});
