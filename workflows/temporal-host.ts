import type { ActivityFunctionWithOptions } from '@temporalio/workflow';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type { EffectActivities } from '../domain/activities.ts';
import type { EffectAnswer, EffectScope } from '../domain/effects.ts';
import { PermanentError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { WalkRecord, WalkRecordAnswer } from '../domain/walk-record.ts';
import type { AnyEffectRef, WalkHost } from '../walk/host.ts';
import type { ActivityProxies } from './activity-proxy.ts';
import type { ShortWork } from './short-work.ts';

type EffectFunction = (scope: EffectScope, input: JsonObject) => Promise<EffectAnswer<unknown>>;
type LongEffect = ActivityFunctionWithOptions<EffectFunction>;

/** Carries a walk on Temporal: an effect is an activity of the same name. */
export class TemporalHost implements WalkHost {
  private readonly cohortId: string;
  private readonly activities: ActivityProxies;
  private readonly shortWork: ShortWork;

  /** @param shortWork shared by everything in the workflow */
  constructor(cohortId: string, activities: ActivityProxies, shortWork: ShortWork) {
    this.cohortId = cohortId;
    this.activities = activities;
    this.shortWork = shortWork;
  }

  now(): number {
    return Date.now();
  }

  effect(
    { name, short }: AnyEffectRef,
    scope: EffectScope,
    input: JsonObject,
    summary: string,
  ): Promise<EffectAnswer<unknown>> {
    // Which names there are is the registry's to know, and what they answer.
    const effect = name as keyof EffectActivities;
    const args: Parameters<EffectFunction> = [scope, input];
    const answer = short
      ? this.shortWork.run(effect, args, summary)
      : (this.activities.long[effect] as LongEffect).executeWithOptions({ summary }, args);
    return answer.catch(rethrowPlain);
  }

  record(record: WalkRecord): Promise<WalkRecordAnswer> {
    return this.shortWork.run('recordTrace', [this.cohortId, record], summaryOf(record)).catch(rethrowPlain);
  }
}

/** What the activity itself said, without Temporal's wrapping: its code is what operators look up. */
function rethrowPlain(error: unknown): never {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  if (cause instanceof ApplicationFailure)
    throw new PermanentError(cause.type ?? 'node_error', cause.message);
  throw error;
}

/** Names the nodes that were left. */
function summaryOf({ departures }: WalkRecord): string {
  const nodes = [...new Set(departures.map((departure) => departure.nodeId))];
  return `record · ${nodes.join(', ')}`.slice(0, 200);
}
