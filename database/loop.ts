import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '../config/log.ts';

export interface LoopOptions {
  readonly name: string;
  /** One round; answers whether there may be more to do at once. */
  readonly work: () => Promise<boolean>;
  /** Pause after a round that found nothing more. */
  readonly idleMs: number;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

const MAX_BACKOFF_MS = 10_000;

/** Repeats `work` until the signal; an error costs a growing pause and nothing else. */
export async function runLoop({ name, work, idleMs, signal, log }: LoopOptions): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs = 0;
    try {
      if (!(await work())) pauseMs = idleMs;
      failures = 0;
    } catch (error) {
      failures += 1;
      pauseMs = Math.min(200 * 2 ** failures, MAX_BACKOFF_MS);
      // A first failure is usually a restart of PostgreSQL or Temporal.
      log[failures === 1 ? 'info' : 'warn'](
        { err: error, loop: name, failures },
        'a round failed; it is repeated',
      );
    }
    if (pauseMs > 0) await pause(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}
