import type { ActivityFunctionWithOptions, ActivityInterfaceFor } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import type { EffectAnswer, EffectScope } from '../domain/effects.ts';
import type { JsonObject } from '../domain/json.ts';
import type { WalkRecord, WalkRecordAnswer } from '../domain/walk-record.ts';
import type { WalkHost } from '../walk/host.ts';

type AnyEffect = ActivityFunctionWithOptions<
  (scope: EffectScope, input: JsonObject) => Promise<EffectAnswer<unknown>>
>;

/** Carries a walk on Temporal: an effect is an activity of the same name. */
export class TemporalHost implements WalkHost {
  private readonly cohortId: string;
  private readonly activities: ActivityInterfaceFor<Activities>;

  constructor(cohortId: string, activities: ActivityInterfaceFor<Activities>) {
    this.cohortId = cohortId;
    this.activities = activities;
  }

  now(): number {
    return Date.now();
  }

  effect(
    name: string,
    scope: EffectScope,
    input: JsonObject,
    summary: string,
  ): Promise<EffectAnswer<unknown>> {
    // The proxy makes an activity of any name; which names there are is the registry's to know.
    const effects = this.activities as unknown as Readonly<Record<string, AnyEffect | undefined>>;
    const effect = effects[name];
    if (!effect) return Promise.reject(new Error(`There is no effect "${name}".`));
    return effect.executeWithOptions({ summary }, [scope, input]);
  }

  record(record: WalkRecord): Promise<WalkRecordAnswer> {
    return this.activities.recordTrace.executeWithOptions({ summary: summaryOf(record) }, [
      this.cohortId,
      record,
    ]);
  }
}

/** `mms_1 → rest`-like nodes would be too long: the nodes that were left are enough. */
function summaryOf({ departures }: WalkRecord): string {
  const nodes = [...new Set(departures.map((departure) => departure.nodeId))];
  return `record · ${nodes.join(', ')}`.slice(0, 200);
}
