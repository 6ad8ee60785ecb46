import type { Logger } from '../config/log.ts';
import type { Activities } from '../domain/activities.ts';
import { createCohortActivities } from './cohorts.ts';
import type { Dependencies } from './dependencies.ts';
import { createEvaluateCondition } from './evaluate-condition.ts';
import { temporalFailure } from './failure.ts';
import { createFreezeAudience } from './freeze-audience.ts';
import { createGate } from './gate.ts';
import { withHeartbeat } from './heartbeat.ts';
import { createReconcile } from './reconcile.ts';
import { createRunActivities } from './runs.ts';
import { createSubmit } from './submit.ts';

/** Every activity of the engine, with what it needs. */
export function createActivities(deps: Dependencies): Activities {
  return guarded(deps.log, {
    evaluateCondition: createEvaluateCondition(deps),
    freezeAudience: createFreezeAudience(deps),
    gate: createGate(deps),
    reconcile: createReconcile(deps),
    submit: createSubmit(deps),
    ...createCohortActivities(deps),
    ...createRunActivities(deps),
  });
}

/** Lets every activity tell that it lives, and turns its errors into ones that Temporal understands. */
function guarded(log: Logger, activities: Activities): Activities {
  const entries = Object.entries(activities).map(([name, activity]) => {
    // The table's own type says what each activity takes and gives; it is not changed here.
    const run = activity as (...args: readonly unknown[]) => Promise<unknown>;
    const guard = async (...args: readonly unknown[]): Promise<unknown> => {
      try {
        return await withHeartbeat(() => run(...args));
      } catch (error) {
        throw temporalFailure(error, log);
      }
    };
    return [name, guard] as const;
  });
  return Object.fromEntries(entries) as unknown as Activities;
}
