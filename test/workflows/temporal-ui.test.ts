import type { WorkflowHandle } from '@temporalio/client';
import { eventually } from '../support/eventually.ts';
import { chain, mms, NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

let stack: TestStack;

beforeAll(async () => {
  stack = await TestStack.start();
  await stack.api.importConsenting(ordinaryPhones(30));
});
afterAll(() => stack.stop());

const SCENARIO = chain('By hand', NOW, mms('first'), wait('rest', '4s'), mms('second'));

/** A run whose members rest between its two messages, with the workflows of the run and its cohort. */
async function restingRun(): Promise<{ runId: string; run: WorkflowHandle; cohort: WorkflowHandle }> {
  const runId = await stack.api.run(SCENARIO);
  const { workflowId } = await eventually(async () => {
    const report = await stack.api.readRun(runId);
    return report.nodes.find(({ node_id }) => node_id === 'rest')?.here === 30 ? report : undefined;
  });
  const handle = (id: string): WorkflowHandle => {
    if (!stack.client) throw new Error('Temporal is not there.');
    return stack.client.client.workflow.getHandle(id);
  };
  const cohortId = `${workflowId.replace('run/', 'cohort/')}/0001`;
  return { runId, run: handle(workflowId), cohort: handle(cohortId) };
}

function runIn(state: string, runId: string): ReturnType<typeof stack.api.readRun> {
  return eventually(async () => {
    const run = await stack.api.readRun(runId);
    return run.state === state ? run : undefined;
  });
}

describe('in the Temporal UI', () => {
  it('cancelling a run cancels it in the database first, and the workflow ends as cancelled', async () => {
    const { runId, run } = await restingRun();
    await run.cancel();
    await eventually(async () => {
      const { rows } = await stack.database.pool.query<{ state: string }>(
        'SELECT state FROM run WHERE id = $1',
        [runId],
      );
      return rows[0]?.state === 'cancelled' ? true : undefined;
    }, 3_000);
    const end = await stack.api.runEnd(runId);
    expect([end.state, end.stateReason]).toEqual(['cancelled', 'cancelled in the Temporal UI']);
    expect(Object.values(end.messages).reduce((sum, count) => sum + count, 0)).toBe(30);
    await expect(run.result()).rejects.toThrow(/cancelled/i);
  });

  it('cancelling a cohort ends its members where they are, and the run goes on to its end', async () => {
    const { runId, cohort } = await restingRun();
    await cohort.cancel();
    const end = await stack.api.runEnd(runId);
    expect(end.state).toBe('finished');
    expect(end.nodes.find(({ node_id }) => node_id === 'rest')?.reasons).toEqual({ cohort_cancelled: 30 });
  });

  it.each(['run', 'cohort'] as const)(
    'terminating the workflow of a %s pauses the run by name, and resuming goes on without a second send',
    async (which) => {
      const handles = await restingRun();
      await handles[which].terminate('by hand');
      const paused = await runIn('paused', handles.runId);
      expect(paused.stateReason).toBe(`workflow_lost: ${handles[which].workflowId}`);
      await stack.api.call('POST', `/v1/runs/${handles.runId}/resume`);
      const end = await stack.api.runEnd(handles.runId);
      expect(end.state).toBe('finished');
      expect(end.messages).toEqual({ delivered: 60 });
    },
  );
});
