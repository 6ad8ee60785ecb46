import type { History } from '@temporalio/common/lib/proto-utils.js';
import { COHORT_WORKFLOW, TASK_QUEUE } from '../../domain/temporal-names.ts';
import { eventually } from '../support/eventually.ts';
import { bundleWithVersion2, PASSES_OF_VERSION_2 } from '../support/newer-walk.ts';
import { NOW, ordinaryPhones, wait } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';

const CUSTOMERS = 12;

let stack: TestStack;
let newer: Awaited<ReturnType<typeof bundleWithVersion2>>;

beforeAll(async () => {
  newer = await bundleWithVersion2();
  stack = await TestStack.start({ timings: { historyEvents: 80 } });
  await stack.api.importConsenting(ordinaryPhones(CUSTOMERS), { level: 0 });
});
afterAll(async () => {
  await stack.stop();
  await newer.remove();
});

/** A loop that nobody leaves by its condition. */
const LOOP = {
  name: 'Loop',
  nodes: [
    NOW,
    { id: 'ask', type: 'condition', config: { filter: { attribute: 'level', op: 'gte', value: 1 } } },
    wait('again', '100ms'),
  ],
  edges: [
    { from: 'start', to: 'ask' },
    { from: 'ask', outlet: 'no', to: 'again' },
    { from: 'again', to: 'ask' },
  ],
};

/** How many turns of the loop the members have made, and why they ended it. */
async function turns(runId: string): Promise<{ turns: number; exit: string | null }> {
  const { rows } = await stack.database.pool.query<{ turns: number | null; exit: string | null }>(
    `SELECT max(pass) AS turns, max(exit) AS exit FROM trace WHERE run_id = $1 AND node_id = 'again'`,
    [runId],
  );
  return { turns: rows[0]?.turns ?? 0, exit: rows[0]?.exit ?? null };
}

/** Versions that the executions of the run's cohort were started under, in order. */
async function versions(workflowId: string): Promise<readonly unknown[]> {
  const id = `${workflowId.replace('run/', 'cohort/')}/0001`;
  const executions = [];
  for await (const execution of stack.client?.client.workflow.list({ query: `WorkflowId = '${id}'` }) ?? [])
    executions.push(execution);
  executions.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  return Promise.all(
    executions.map(async ({ runId }) => {
      const history: unknown = await stack.client?.client.workflow.getHandle(id, runId).fetchHistory();
      const started = (history as History).events?.[0]?.workflowExecutionStartedEventAttributes;
      const data = Buffer.from(started?.input?.payloads?.[0]?.data ?? []).toString();
      return (JSON.parse(data) as { walkVersion: unknown }).walkVersion;
    }),
  );
}

describe('a cohort that walks by version 1 when workers come that know version 2', () => {
  it('decides by version 1 until it continues as new, and by version 2 from then on', async () => {
    const runId = await stack.api.run(LOOP);
    await eventually(async () => ((await turns(runId)).turns >= 1 ? true : undefined));
    stack.bundle = newer.file;
    await stack.replaceWorker();
    const end = await stack.api.runEnd(runId);
    const { turns: made, exit } = await turns(runId);
    expect(exit).toBe('pass_limit');
    expect(made).toBeGreaterThan(PASSES_OF_VERSION_2 + 1);
    expect(made).toBeLessThan(20);
    expect(await versions(end.workflowId)).toEqual([1, 2]);
  });
});

describe('a cohort that walks by a version that no worker knows', () => {
  it('waits, and says so in its history', async () => {
    const handle = await stack.client?.client.workflow.start(COHORT_WORKFLOW, {
      workflowId: 'cohort/from-the-future',
      taskQueue: TASK_QUEUE,
      args: [{ cohortId: '1', walkVersion: 99 }],
    });
    const message = await eventually(async () => {
      const history: unknown = await handle?.fetchHistory();
      const failed = ((history as History | undefined)?.events ?? []).find(
        (event) => event.workflowTaskFailedEventAttributes,
      );
      return failed?.workflowTaskFailedEventAttributes?.failure?.message ?? undefined;
    });
    expect(message).toContain('walks by version 99, and this worker knows 1, 2');
    expect((await handle?.describe())?.status.name).toBe('RUNNING');
    await handle?.terminate();
  });
});
