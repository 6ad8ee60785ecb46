/**
 * Newest version of the walk's own decisions; `walk/rules.ts` has them all.
 *
 * A workflow of a cohort is told its version when it starts and keeps it: whatever is deployed meanwhile, a replay
 * decides as the first run did. It is raised when the workflow continues as new, or is started again.
 */
export const WALK_VERSION = 1;

/** Begins what a worker says that does not know a workflow's version. */
export const UNKNOWN_WALK_VERSION = 'unknown_walk_version';
