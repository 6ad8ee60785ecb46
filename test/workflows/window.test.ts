import type { History } from '@temporalio/common/lib/proto-utils.js';
import { COHORT_SIGNAL, RUN_WORKFLOW, TASK_QUEUE } from '../../domain/temporal-names.ts';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start({ engine: false });
});
afterAll(() => stack.stop());

/** Most cohorts that the run's workflow has ever had starting at once: started, and neither parked nor ended. */
async function mostStarting(workflowId: string): Promise<number> {
  const executions = [];
  for await (const execution of stack.client?.client.workflow.list({
    query: `WorkflowId = '${workflowId}'`,
  }) ?? [])
    executions.push(execution);
  executions.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  let starting = 0;
  let most = 0;
  for (const { runId } of executions) {
    const history: unknown = await stack.client?.client.workflow.getHandle(workflowId, runId).fetchHistory();
    for (const event of (history as History).events ?? []) {
      if (event.startChildWorkflowExecutionInitiatedEventAttributes) starting += 1;
      if (event.workflowExecutionSignaledEventAttributes?.signalName === COHORT_SIGNAL) starting -= 1;
      most = Math.max(most, starting);
    }
  }
  return most;
}

describe('the window of a run', () => {
  it('counts cohorts that are starting, so that a long wait holds up no other cohort', async () => {
    await stack.api.importConsenting(ordinaryPhones(1_000));
    await stack.startTemporal();
    await stack.startWorker();
    const scenarioId = await stack.api.createScenario(
      chain('Window', NOW, mms('first'), wait('pause', '1h'), mms('second')),
    );
    const { body } = await stack.api.launch(scenarioId);
    // Without the relay, to start it with 50 cohorts, a window of four and a parent that soon continues as new.
    await stack.client?.client.workflow.start(RUN_WORKFLOW, {
      workflowId: body.workflowId,
      taskQueue: TASK_QUEUE,
      args: [{ runId: body.id, scenarioName: 'Window', cohortSize: 20, window: 4, startsPerRun: 20 }],
    });
    const run = await eventually(async () => {
      const now = await stack.api.readRun(body.id);
      return now.nodes.find((node) => node.node_id === 'pause')?.here === 1_000 ? now : undefined;
    }, 120_000);
    expect(run.cohorts).toEqual({ total: 50, finished: 0 });
    expect(run.nodes.find((node) => node.node_id === 'first')?.outcomes).toEqual({ accepted: 1_000 });
    const list = stack.client?.client.workflow.list({ query: `WorkflowId = '${body.workflowId}'` });
    const statuses = await eventually(async () => {
      const names: string[] = [];
      for await (const execution of list ?? []) names.push(execution.status.name);
      return names.length >= 3 ? names.sort() : undefined;
    });
    expect(statuses).toEqual(['CONTINUED_AS_NEW', 'CONTINUED_AS_NEW', 'RUNNING']);
    expect(await mostStarting(body.workflowId)).toBe(4);
  }, 150_000);
});
