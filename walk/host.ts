import type { EffectAnswer, EffectScope } from '../domain/effects.ts';
import type { JsonObject } from '../domain/json.ts';
import type { EffectRef } from '../domain/node-run.ts';
import type { WalkRecord, WalkRecordAnswer } from '../domain/walk-record.ts';

export type AnyEffectRef = Pick<EffectRef<JsonObject, unknown>, 'name' | 'verb' | 'short'>;

/** What carries a walk: Temporal in production, a virtual clock in tests and rehearsals. */
export interface WalkHost {
  /** Milliseconds since the epoch; never goes back. */
  now(): number;
  /** Runs an effect to its end, whatever crashes on the way. @throws when trying again cannot mend it */
  effect(
    effect: AnyEffectRef,
    scope: EffectScope,
    input: JsonObject,
    summary: string,
  ): Promise<EffectAnswer<unknown>>;
  /** Writes a step of the walk and answers what had been written before. */
  record(record: WalkRecord): Promise<WalkRecordAnswer>;
}
