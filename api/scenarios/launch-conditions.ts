import { countAudience } from '../../database/forecast.ts';
import { readGateSettings, readCancelledLately, readKnownRuns } from '../../database/launch-facts.ts';
import type { Queryable } from '../../database/pool.ts';
import type { AudienceFilter } from '../../domain/audience-filter.ts';
import { pointerOf } from '../../domain/validation/problem.ts';
import { ApiProblem } from '../problem.ts';
import type { LaunchOptions } from './launch-options.ts';

/** Longest time that an audience can be spread over. */
const LONGEST_SPREAD_MS = 30 * 86_400_000;

export interface LaunchTarget {
  readonly projectId: string;
  readonly scenarioId: string;
  readonly filter: AudienceFilter | null;
}

/**
 * Refuses a launch that is not what its author takes it for.
 * @throws ApiProblem `unknown_run`, `cancelled_run_before`, `unexpected_audience`; `bad_body` in mode `live` without
 * an expected audience, and with an instant to spread it until that is not to come
 */
export async function assertLaunchable(
  database: Queryable,
  target: LaunchTarget,
  options: LaunchOptions,
): Promise<void> {
  const { expectedAudience, excludeRuns = [] } = options;
  assertSpread(options);
  await assertRunsKnown(database, target.projectId, excludeRuns);
  const repeated = await repeatedRecipients(database, target.scenarioId, options);
  if (repeated !== undefined) throw new ApiProblem('cancelled_run_before', repeated);
  if (expectedAudience === undefined) {
    const { mode } = await readGateSettings(database, target.projectId);
    if (mode === 'live') throw audienceNeeded();
    return;
  }
  const audience = await countAudience(database, { ...target, excludeRuns });
  const surprise = audienceSurprise(audience, expectedAudience);
  if (surprise !== undefined) throw new ApiProblem('unexpected_audience', surprise);
}

function assertSpread({ spreadUntil }: LaunchOptions): void {
  if (spreadUntil === undefined) return;
  const leftMs = Date.parse(spreadUntil) - Date.now();
  if (leftMs > 0 && leftMs <= LONGEST_SPREAD_MS) return;
  const message = 'The run can be spread until an instant of the next 30 days.';
  throw new ApiProblem('bad_body', message, {
    problems: [{ pointer: pointerOf('spreadUntil'), code: 'bad_field', message }],
  });
}

/** @throws ApiProblem `unknown_run`, which names each that the project does not have */
export async function assertRunsKnown(
  database: Queryable,
  projectId: string,
  runIds: readonly string[],
): Promise<void> {
  const known = runIds.length === 0 ? [] : await readKnownRuns(database, projectId, runIds);
  const problems = runIds.flatMap((id, index) =>
    known.includes(id.toLowerCase())
      ? []
      : [
          {
            pointer: pointerOf('excludeRuns', index),
            code: 'unknown_run',
            message: `There is no run ${id} in this project.`,
          },
        ],
  );
  if (problems.length === 0) return;
  throw new ApiProblem('unknown_run', problems.map(({ message }) => message).join(' '), { problems });
}

/** Why the launch would repeat what a cancelled run has begun; undefined when its author has said what is wanted. */
export async function repeatedRecipients(
  database: Queryable,
  scenarioId: string,
  { excludeRuns = [], repeatRecipients }: LaunchOptions,
): Promise<string | undefined> {
  if (repeatRecipients) return undefined;
  const excluded = excludeRuns.map((id) => id.toLowerCase());
  const cancelled = (await readCancelledLately(database, scenarioId)).filter((id) => !excluded.includes(id));
  if (cancelled.length === 0) return undefined;
  const which = cancelled.length === 1 ? 'A run' : `${cancelled.length} runs`;
  const was = cancelled.length === 1 ? 'was' : 'were';
  return (
    `${which} of this scenario ${was} cancelled within the last 7 days: ${cancelled.slice(0, 20).join(', ')}. ` +
    'Name every one in excludeRuns to leave out whom it reached, or set repeatRecipients to true to send to them again.'
  );
}

/** A sentence with both figures when the audience is off by more than 10 %. */
export function audienceSurprise(audience: number, expected: number): string | undefined {
  if (Math.abs(audience - expected) * 10 <= expected) return undefined;
  return (
    `The audience is ${audience}, the launch expects ${expected}: that is off by more than 10 %. ` +
    'Look at a dry run, then mend the audience or the expected figure.'
  );
}

function audienceNeeded(): ApiProblem {
  const message = 'In mode live a launch must say how many customers it expects.';
  return new ApiProblem('bad_body', message, {
    problems: [{ pointer: '/expectedAudience', code: 'bad_field', message }],
  });
}
