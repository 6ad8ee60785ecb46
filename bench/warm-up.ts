/**
 * Messages of the run that comes before what is measured, of the bare loop as of the engine: neither is cold then.
 *
 * As many as a measured run has: with fewer the engine's first measured runs were still its slowest.
 */
export const WARM_UP = 10_000;
