import type { ConsentClass } from './gate.ts';

/** Messages a second that may leave, by what limits them; null where nothing does. */
export interface Rates {
  readonly integration: number | null;
  readonly sender: number | null;
  readonly run: number | null;
}

/** What of an integration's rate messages of a class may use: the rest is kept free for transactional ones. */
export const SHARE_OF_CLASS: Readonly<Record<ConsentClass, number>> = { marketing: 0.8, transactional: 1 };

/** Slowest rate that may be set, in messages a second. */
export const LEAST_RATE = 0.1;
/** Fastest. */
export const MOST_RATE = 10_000;
