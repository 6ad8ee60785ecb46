/** Version of the walk's own decisions: fixed per workflow run, raised only when it continues as new. */
export const WALK_VERSION = 1;

/** How often an entry may enter one node; beyond it the member's walk ends with the reason `pass_limit`. */
export const MAX_PASSES = 100;

/** Most that one visit may remember, in characters of JSON; beyond it the visit is stuck. */
export const MAX_STATE_LENGTH = 32_768;
