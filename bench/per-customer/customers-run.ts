import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { freezeAudience } from '../../database/freeze-audience.ts';
import { finishRun } from '../../database/run-life.ts';
import { benchScenario } from '../engine/scenario.ts';
import { untilFinished } from '../engine/until-finished.ts';
import type { BenchStack } from '../stack.ts';

export interface CustomersRun {
  readonly id: string;
  readonly workflowId: string;
  /** One a customer. */
  readonly cohorts: readonly { readonly id: string; readonly workflowId: string }[];
}

/** Launches the scenario for one customer as the engine does: its frozen version is what the others get too. */
export async function launchPattern(stack: BenchStack): Promise<string> {
  const { id } = await stack.api.createScenario(benchScenario('per customer', 1));
  const run = await stack.api.launch(id, randomUUID());
  await untilFinished(stack, run.id);
  return run.id;
}

/** Freezes an audience into cohorts of one, for workflows that are not the engine's; `begin` is told the run's own. */
export async function freezeCustomers(
  { pool, access }: BenchStack,
  patternId: string,
  customers: number,
  begin: (workflowId: string) => Promise<unknown>,
): Promise<CustomersRun> {
  const id = randomUUID();
  const workflowId = `bench/per-customer/${id}`;
  // First: the engine would take a run without a workflow for lost.
  await begin(workflowId);
  const { rows } = await pool.query<{ month: number }>(
    `INSERT INTO run (id, month, project_id, scenario_id, version_id, state, workflow_id, relayed_at, started_at)
     SELECT $1, month, project_id, scenario_id, version_id, 'running', $2, now(), now() FROM run WHERE id = $3
     RETURNING month`,
    [id, workflowId, patternId],
  );
  await freezeAudience(pool, {
    runId: id,
    projectId: access.projectId,
    month: rows[0]?.month ?? 0,
    filter: { attribute: 'position', op: 'lt', value: customers },
    workflowIdPrefix: `${workflowId}/`,
    cohortSize: 1,
  });
  const cohorts = await pool.query<{ id: string; workflowId: string }>(
    'SELECT id, workflow_id AS "workflowId" FROM cohort WHERE run_id = $1 ORDER BY number',
    [id],
  );
  return { id, workflowId, cohorts: cohorts.rows };
}

/** Waits until every customer's workflow has closed its cohort, and finishes the run. */
export async function finishCustomers({ pool }: BenchStack, run: CustomersRun): Promise<void> {
  while ((await finishRun(pool, run.id, false))?.state !== 'finished') await pause(200);
}
