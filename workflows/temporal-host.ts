import type { ActivityFunctionWithOptions, LocalActivityFunctionWithOptions } from '@temporalio/workflow';
import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type { EffectAnswer, EffectScope } from '../domain/effects.ts';
import { PermanentError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import type { WalkRecord, WalkRecordAnswer } from '../domain/walk-record.ts';
import type { AnyEffectRef, WalkHost } from '../walk/host.ts';
import type { ActivityProxies } from './activity-proxy.ts';
import type { ShortQueue } from './short-queue.ts';

type EffectFunction = (scope: EffectScope, input: JsonObject) => Promise<EffectAnswer<unknown>>;
type AnyEffect =
  ActivityFunctionWithOptions<EffectFunction> | LocalActivityFunctionWithOptions<EffectFunction>;

/** Carries a walk on Temporal: an effect is an activity of the same name. */
export class TemporalHost implements WalkHost {
  private readonly cohortId: string;
  private readonly activities: ActivityProxies;
  private readonly queue: ShortQueue;

  /** @param queue shared by everything in the workflow that uses local activities */
  constructor(cohortId: string, activities: ActivityProxies, queue: ShortQueue) {
    this.cohortId = cohortId;
    this.activities = activities;
    this.queue = queue;
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
    // The proxy makes an activity of any name; which names there are is the registry's to know.
    const effects = this.activities[short ? 'short' : 'long'] as unknown as Readonly<
      Record<string, AnyEffect>
    >;
    const effect = effects[name];
    if (!effect) return Promise.reject(new Error(`There is no effect "${name}".`));
    const call = (): Promise<EffectAnswer<unknown>> => effect.executeWithOptions({ summary }, [scope, input]);
    return (short ? this.queue.run(call) : call()).catch(rethrowPlain);
  }

  record(record: WalkRecord): Promise<WalkRecordAnswer> {
    const { recordTrace } = this.activities.short;
    const options = { summary: summaryOf(record) };
    return this.queue
      .run(() => recordTrace.executeWithOptions(options, [this.cohortId, record]))
      .catch(rethrowPlain);
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
