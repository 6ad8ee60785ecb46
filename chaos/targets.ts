export const TARGETS = ['worker', 'pump', 'api', 'postgres', 'temporal'] as const;
/** What is killed; `worker` is any of the workers. */
export type Target = (typeof TARGETS)[number];
