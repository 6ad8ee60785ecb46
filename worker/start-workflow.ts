import {
  defineSearchAttributeKey,
  TypedSearchAttributes,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowIdReusePolicy,
} from '@temporalio/common';
import type { OpenCohort, RunToRelay } from '../database/relay.ts';
import { COHORT_WORKFLOW, RUN_WORKFLOW, SEARCH_ATTRIBUTES, TASK_QUEUE } from '../domain/temporal-names.ts';
import { WALK_VERSION } from '../domain/walk-version.ts';
import { withDeadline, type TemporalClient } from './temporal.ts';

/**
 * Starts a run's workflow; one that is there already is left alone.
 * @param again whether it takes the place of one that has ended
 */
export function startRun(temporal: TemporalClient, run: RunToRelay, again = false): Promise<void> {
  return startUnlessThere(temporal, RUN_WORKFLOW, {
    workflowId: run.workflowId,
    args: [{ runId: run.id, scenarioName: run.scenarioName }],
    workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
    typedSearchAttributes: searchAttributesOf(run),
    staticSummary: run.scenarioName.slice(0, 200),
    staticDetails: `Run \`${run.id}\` of scenario \`${run.scenarioId}\` in project \`${run.projectKey}\`.`,
  });
}

/** Starts a workflow in the place of a cohort's lost one: it goes on from the database. */
export function startCohortAgain(
  temporal: TemporalClient,
  run: RunToRelay,
  cohort: OpenCohort,
): Promise<void> {
  return startUnlessThere(temporal, COHORT_WORKFLOW, {
    workflowId: cohort.workflowId,
    args: [{ cohortId: cohort.id, walkVersion: WALK_VERSION }],
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    typedSearchAttributes: searchAttributesOf(run),
    staticSummary: `${run.scenarioName} · cohort ${cohort.number} · started again`.slice(0, 200),
    staticDetails: `A cohort of run \`${run.id}\`.`,
  });
}

interface StartOptions {
  readonly workflowId: string;
  readonly args: unknown[];
  readonly workflowIdReusePolicy: WorkflowIdReusePolicy;
  readonly typedSearchAttributes: TypedSearchAttributes;
  readonly staticSummary: string;
  readonly staticDetails: string;
}

async function startUnlessThere(
  temporal: TemporalClient,
  type: string,
  options: StartOptions,
): Promise<void> {
  try {
    await withDeadline(temporal, () =>
      temporal.client.workflow.start(type, {
        ...options,
        taskQueue: TASK_QUEUE,
        workflowIdConflictPolicy: 'FAIL',
      }),
    );
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
}

function searchAttributesOf(run: RunToRelay): TypedSearchAttributes {
  const keyword = (
    name: string,
    value: string,
  ): { key: ReturnType<typeof defineKeyword>; value: string } => ({
    key: defineKeyword(name),
    value,
  });
  return new TypedSearchAttributes([
    keyword(SEARCH_ATTRIBUTES.project, run.projectKey),
    keyword(SEARCH_ATTRIBUTES.scenario, run.scenarioId),
    keyword(SEARCH_ATTRIBUTES.run, run.id),
    keyword(SEARCH_ATTRIBUTES.state, 'running'),
  ]);
}

function defineKeyword(name: string): ReturnType<typeof defineSearchAttributeKey<'KEYWORD'>> {
  return defineSearchAttributeKey(name, 'KEYWORD');
}
