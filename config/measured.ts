import { channel } from 'node:diagnostics_channel';

/** Steps whose duration can be measured. */
export type MeasuredStep = 'claim' | 'call' | 'record' | 'fold';

/** What each end of a step publishes. */
export interface StepTime {
  readonly step: MeasuredStep;
  readonly ms: number;
}

const steps = channel('tidings.step');

/** Runs `work`; tells whoever listens to the diagnostics channel `tidings.step` how long it took, however it ended. */
export async function measured<T>(step: MeasuredStep, work: () => Promise<T>): Promise<T> {
  if (!steps.hasSubscribers) return work();
  const start = performance.now();
  try {
    return await work();
  } finally {
    steps.publish({ step, ms: performance.now() - start } satisfies StepTime);
  }
}
