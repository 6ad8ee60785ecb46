import { MockActivityEnvironment } from '@temporalio/testing';
import { createSubmit } from '../../activities/submit.ts';
import type { SubmitResult } from '../../domain/effects.ts';
import { MemberSet } from '../../domain/member-set.ts';
import type { LaunchedRun } from './launched-run.ts';
import type { ScriptedDependencies } from './scripted-provider.ts';

/** One attempt of the activity `submit` for everybody in the run. */
export async function submitAll({ deps }: ScriptedDependencies, run: LaunchedRun): Promise<SubmitResult> {
  const scope = {
    cohortId: run.cohort.cohortId,
    nodeId: 'send',
    pass: 1,
    members: MemberSet.full(run.members.length).toHex(),
  };
  const input = { receiptDeadlineMs: 3_600_000, wantsHints: true, plannedAt: Date.now() };
  const result: unknown = await new MockActivityEnvironment().run(createSubmit(deps), scope, input);
  return (result as { value: SubmitResult }).value;
}
