/** Messages of the run that comes before what is measured, of the bare loop as of the engine: neither is cold then. */
export const WARM_UP = 1_000;
