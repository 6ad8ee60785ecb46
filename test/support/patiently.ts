import { isLockFailure } from '../../database/postgres-error.ts';

/** As the engine does it: a transaction that lost a lock has done nothing, and is repeated. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isLockFailure(error)) throw error;
    }
  }
}
