import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { createLog } from '../../config/log.ts';
import { COHORT_WORKFLOW, SEARCH_ATTRIBUTES, TASK_QUEUE } from '../../domain/temporal-names.ts';
import { WALK_VERSION } from '../../domain/walk-version.ts';
import { endStandingWorkflows } from '../../worker/standing-workflows.ts';
import type { TemporalClient } from '../../worker/temporal.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 3;
const WAIT_MS = 90_000;
/** Less, and the server says that there was no task instead of letting the call time out. */
const POLL_MS = 5_000;

let stack: TestStack;
let temporal: TemporalClient;
let stopPumps: () => Promise<void>;
let stopWorker: () => Promise<void>;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
  await stack.startTemporal();
  if (!stack.client) throw new Error('Temporal is not there.');
  temporal = stack.client;
  stopPumps = stack.startPumps();
  stopWorker = await stack.startWorker();
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS));
});
afterAll(() => stack.stop());

/** A cohort's workflow whose tasks time out after a second instead of ten. */
function startCohort(workflowId: string, input: object, runId = 'none'): Promise<WorkflowHandle> {
  return temporal.client.workflow.start(COHORT_WORKFLOW, {
    workflowId,
    taskQueue: TASK_QUEUE,
    args: [input],
    workflowTaskTimeout: '1s',
    typedSearchAttributes: new TypedSearchAttributes([
      { key: defineSearchAttributeKey(SEARCH_ATTRIBUTES.run, 'KEYWORD'), value: runId },
    ]),
  });
}

/** Waits until Temporal has said of a workflow that its tasks come to nothing. */
async function reported(handle: WorkflowHandle): Promise<void> {
  const query = `WorkflowId = '${handle.workflowId}' AND TemporalReportedProblems IS NOT NULL`;
  await eventually(
    async () => ((await temporal.client.workflow.count(query)).count === 1 ? true : undefined),
    WAIT_MS,
  );
}

/** Takes every workflow task and never answers, until the signal. */
async function takeTasksInVain(signal: AbortSignal): Promise<void> {
  const { connection } = temporal;
  while (!signal.aborted) {
    await connection.withDeadline(Date.now() + POLL_MS, () =>
      connection.workflowService.pollWorkflowTaskQueue({
        namespace: 'default',
        taskQueue: { name: TASK_QUEUE },
      }),
    );
  }
}

const endStanding = (patienceMs: number): Promise<void> =>
  endStandingWorkflows(temporal, 'default', createLog('test', 'silent'), patienceMs);
const statusOf = async (handle: WorkflowHandle): Promise<string> => (await handle.describe()).status.name;

describe('a cohort whose workflow task is taken again and again and never completed', () => {
  it('is ended after some patience: its run is paused with a reason and goes on without a second message', async () => {
    const id = await stack.api.run(chain('Standing', NOW, mms('first'), wait('rest', '8s'), mms('second')));
    const { workflowId } = await eventually(async () => {
      const report = await stack.api.readRun(id);
      return report.nodes.find(({ node_id }) => node_id === 'rest')?.here === CUSTOMERS ? report : undefined;
    }, 40_000);
    await stopPumps();
    await stopWorker();
    const cohort = `${workflowId.replace('run/', 'cohort/')}/0001`;
    await temporal.client.workflow.getHandle(cohort).terminate();
    const { rows } = await stack.database.pool.query<{ id: string }>(
      'SELECT id FROM cohort WHERE workflow_id = $1',
      [cohort],
    );
    const handle = await startCohort(cohort, { cohortId: rows[0]?.id, walkVersion: WALK_VERSION }, id);
    const stop = new AbortController();
    await Promise.all([takeTasksInVain(stop.signal), reported(handle).finally(() => stop.abort())]);

    await endStanding(WAIT_MS * 10);
    expect(await statusOf(handle)).toBe('RUNNING');
    await endStanding(0);
    expect(await statusOf(handle)).toBe('TERMINATED');

    stopPumps = stack.startPumps();
    const paused = await eventually(async () => {
      const run = await stack.api.readRun(id);
      return run.state === 'paused' ? run : undefined;
    }, 40_000);
    expect(paused.stateReason).toBe(`workflow_lost: ${cohort}`);
    stopWorker = await stack.startWorker();
    await stack.api.call('POST', `/v1/runs/${id}/resume`);
    const end = await stack.api.runEnd(id);
    expect([end.state, end.messages]).toEqual(['finished', { delivered: CUSTOMERS * 2 }]);
    const taken = stack.simulator.ledger.rows.filter(({ kind }) => kind === 'accepted');
    expect(taken).toHaveLength(CUSTOMERS * 2);
  }, 180_000);
});

describe('a cohort that waits for a worker that knows its version', () => {
  it('is left alone, however long it waits', async () => {
    const handle = await startCohort('cohort/from-the-future', { cohortId: '1', walkVersion: 99 });
    await reported(handle);
    await endStanding(0);
    expect(await statusOf(handle)).toBe('RUNNING');
    await handle.terminate();
  }, 120_000);
});
