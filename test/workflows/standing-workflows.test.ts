import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import type { WorkflowHandle } from '@temporalio/client';
import { createLog } from '../../config/log.ts';
import { COHORT_WORKFLOW, SEARCH_ATTRIBUTES, TASK_QUEUE, WAKE_SIGNAL } from '../../domain/temporal-names.ts';
import { WALK_VERSION } from '../../domain/walk-version.ts';
import { contradicts } from '../../worker/contradicts.ts';
import { StandingWorkflows } from '../../worker/standing-workflows.ts';
import type { TemporalClient } from '../../worker/temporal.ts';
import { eventually } from '../support/eventually.ts';
import { otherCode } from '../support/other-code.ts';
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

/** A run whose members all rest after its first message, with the workflow of its cohort. */
async function restingRun(rest: string): Promise<{ id: string; cohort: string }> {
  const id = await stack.api.run(chain('Standing', NOW, mms('first'), wait('rest', rest), mms('second')));
  const { workflowId } = await eventually(async () => {
    const report = await stack.api.readRun(id);
    return report.nodes.find(({ node_id }) => node_id === 'rest')?.here === CUSTOMERS ? report : undefined;
  }, 40_000);
  return { id, cohort: `${workflowId.replace('run/', 'cohort/')}/0001` };
}

/** A cohort's workflow whose tasks time out after a second instead of ten. */
function startCohort(workflowId: string, input: object, runId: string): Promise<WorkflowHandle> {
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

/** Looks round twice: what is seen for the first time is given its patience. */
async function endStanding(bundle: string, patienceMs = 0): Promise<void> {
  const { pool } = stack.database;
  const log = createLog('test', 'silent');
  const standing = new StandingWorkflows({
    pool,
    temporal,
    log,
    patienceMs,
    bundle: () => Promise.resolve(bundle),
  });
  await standing.end();
  await standing.end();
}

const statusOf = async (handle: WorkflowHandle): Promise<string> => (await handle.describe()).status.name;

describe('a cohort whose workflow task comes to nothing again and again', () => {
  it('is left alone while the code follows its history, and lost when it does not: without a second message', async () => {
    const { id, cohort } = await restingRun('12s');
    await stopPumps();
    await temporal.client.workflow.getHandle(cohort).terminate();
    const { rows } = await stack.database.pool.query<{ id: string }>(
      'SELECT id FROM cohort WHERE workflow_id = $1',
      [cohort],
    );
    const handle = await startCohort(cohort, { cohortId: rows[0]?.id, walkVersion: WALK_VERSION }, id);
    await eventually(async () => ((await handle.describe()).historyLength > 4 ? true : undefined));
    await stopWorker();
    await handle.signal(WAKE_SIGNAL);
    const stop = new AbortController();
    await Promise.all([takeTasksInVain(stop.signal), reported(handle).finally(() => stop.abort())]);

    const history = await handle.fetchHistory();
    const verdict = async (text: string, instead: string): Promise<boolean> =>
      contradicts(await otherCode(stack, text, instead), history);
    // It failed where the first run did not: an answer is another one's, which Temporal does not see by itself.
    expect(await verdict('of decisions)', 'of undefined)')).toBe(true);
    // It fails where nothing is recorded yet, or does not know the version: another release may follow it.
    expect(await verdict('this.news.woken = false', 'throw new TypeError("a fault")')).toBe(false);
    expect(await verdict('Object.hasOwn(WALK_RULES, version)', 'false')).toBe(false);
    await expect(contradicts(`${stack.bundle}.gone`, history)).rejects.toThrow('no such file');

    await endStanding(stack.bundle);
    expect(await statusOf(handle)).toBe('RUNNING');
    const other = await otherCode(stack, "'loadCohort'", "'readCohort'");
    await endStanding(other, WAIT_MS);
    expect(await statusOf(handle)).toBe('RUNNING');
    await endStanding(other);
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
    const { id } = await restingRun('1h');
    const handle = await startCohort('cohort/from-the-future', { cohortId: '1', walkVersion: 99 }, id);
    await reported(handle);
    await endStanding(stack.bundle);
    expect(await statusOf(handle)).toBe('RUNNING');
    await handle.terminate();
  }, 120_000);
});
