import { proxyActivities, type ActivityInterfaceFor } from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import type { Timings } from '../domain/timings.ts';

const RETRY = { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 30_000 };
/** Before the timings are known. */
const FIRST = { heartbeatMs: 10_000 };

/**
 * The activities as workflows call them: tried until they succeed or can't.
 *
 * Every activity tells every second that it lives, so an attempt may take as long as it needs and a dead worker is
 * noticed after `heartbeatMs`.
 */
export function activitiesWith(
  timings: Pick<Timings, 'heartbeatMs'> = FIRST,
): ActivityInterfaceFor<Activities> {
  return proxyActivities<Activities>({
    startToCloseTimeout: '6 hours',
    heartbeatTimeout: timings.heartbeatMs,
    retry: RETRY,
  });
}
