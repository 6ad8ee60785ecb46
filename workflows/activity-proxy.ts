import {
  proxyActivities,
  proxyLocalActivities,
  type ActivityInterfaceFor,
  type LocalActivityInterfaceFor,
} from '@temporalio/workflow';
import type { Activities } from '../domain/activities.ts';
import type { Timings } from '../domain/timings.ts';

const RETRY = { initialInterval: 200, backoffCoefficient: 2, maximumInterval: 30_000 };
/** Before the timings are known. */
const FIRST = { heartbeatMs: 10_000 };
/** Longest local activity with its repetitions. */
const LOCAL_MS = 2_000;

/** The activities as workflows call them: tried until they succeed or can't. */
export interface ActivityProxies {
  /**
   * For what may take long: every second it tells that it lives, so an attempt may take as long as it needs and a
   * dead worker is noticed after `heartbeatMs`.
   */
  readonly long: ActivityInterfaceFor<Activities>;
  /** For short reads and writes of the database; only `ShortWork` calls it: it knows what to do when one takes longer. */
  readonly short: LocalActivityInterfaceFor<Activities>;
}

export function activitiesWith(timings: Pick<Timings, 'heartbeatMs'> = FIRST): ActivityProxies {
  return {
    long: proxyActivities<Activities>({
      startToCloseTimeout: '6 hours',
      heartbeatTimeout: timings.heartbeatMs,
      retry: RETRY,
    }),
    short: proxyLocalActivities<Activities>({
      scheduleToCloseTimeout: LOCAL_MS,
      startToCloseTimeout: LOCAL_MS,
      retry: { ...RETRY, maximumAttempts: 3 },
    }),
  };
}
