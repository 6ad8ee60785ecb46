import { setTimeout as pause } from 'node:timers/promises';
import { isConnectionFailure, isLockFailure } from '../../database/postgres-error.ts';

/** Pause before what could not be written is written again. */
export const RECORD_AGAIN_MS = 100;

/** Whether what could not be written now may be written later: a lock, or the database itself, was not to be had. */
export function mayBeRecordedLater(error: unknown): boolean {
  return isLockFailure(error) || isConnectionFailure(error);
}

/**
 * Writes until it is written, or the time for it is over.
 *
 * What was written without an answer is written again: it must come to the same.
 * @param until as `performance.now()`
 */
export async function untilRecorded<T>(until: number, write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!mayBeRecordedLater(error) || performance.now() >= until) throw error;
      await pause(RECORD_AGAIN_MS);
    }
  }
}
