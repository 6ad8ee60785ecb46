import type { Variables } from './environment.ts';

/** The environment as this process got it, to hand it on to a child. */
export function inheritedEnvironment(): Variables {
  return process.env;
}
