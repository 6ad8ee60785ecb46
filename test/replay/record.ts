import { cohortWorkflowIdPrefix } from '../../domain/identity.ts';
import setUp from '../setup/global-setup.ts';
import tearDown from '../setup/global-teardown.ts';
import { ordinaryPhones } from '../support/scenarios.ts';
import { TestStack } from '../support/test-stack.ts';
import { emptyFolder, writeHistory, type History } from './histories.ts';
import { RECORDED } from './scenarios.ts';

/**
 * `node --import tsx test/replay/record.ts [NAME …]`: runs every scenario of scenarios.ts, or those that are named, and keeps
 * the histories of its workflows in histories/, in place of those that are there. Not while tests run: both use one PostgreSQL.
 */
const PHONES = { ...ordinaryPhones(10), absent: '+12125550150', silent: '+12125550152' };

const names = process.argv.slice(2);

await setUp();
const stack = await TestStack.start({ timings: { historyEvents: 60, receiptDeadlineMs: 3_000 } });
try {
  if (names.length === 0) await emptyFolder();
  const [vips, others] = [0, 1].map((half) =>
    Object.fromEntries(Object.entries(PHONES).filter((_, index) => index % 2 === half)),
  );
  for (const { name, scenario, meanwhile } of RECORDED) {
    if (names.length > 0 && !names.includes(name)) continue;
    await stack.api.importConsenting(vips ?? {}, { vip: true, level: 0 });
    await stack.api.importConsenting(others ?? {}, { vip: false, level: 0 });
    const runId = await stack.api.run(scenario);
    await meanwhile?.(stack, runId);
    const { workflowId } = await stack.api.runEnd(runId);
    await stack.client?.client.workflow.getHandle(workflowId).result();
    await keep(name, workflowId);
  }
} finally {
  await stack.stop();
  await tearDown();
}

/** Writes the histories of a run and its cohorts, each execution in its order: `wait.cohort-0001-1`. */
async function keep(scenario: string, runWorkflowId: string): Promise<void> {
  const prefix = cohortWorkflowIdPrefix(runWorkflowId);
  const executions = [];
  for await (const execution of stack.client?.client.workflow.list() ?? []) {
    const { workflowId } = execution;
    if (workflowId === runWorkflowId || workflowId.startsWith(prefix)) executions.push(execution);
  }
  executions.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  const counts = new Map<string, number>();
  for (const { workflowId, runId: execution } of executions) {
    const [kind = '', , , number] = workflowId.split('/');
    const name = number === undefined ? kind : `${kind}-${number}`;
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const history: unknown = await stack.client?.client.workflow
      .getHandle(workflowId, execution)
      .fetchHistory();
    await writeHistory(`${scenario}.${name}-${count}`, history as History);
  }
}
