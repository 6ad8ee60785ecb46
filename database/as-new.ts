import { isUniqueViolation } from './postgres-error.ts';

/**
 * Writes rows that are taken for new, and once more with a look at what is there where some of them are not.
 *
 * To look for a conflict first costs about as much as a row's index entries, and nearly always there is none.
 * @param write writes all or nothing: a unique violation must leave nothing of it
 */
export async function asNew<T>(write: (areNew: boolean) => Promise<T>): Promise<T> {
  try {
    return await write(true);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return write(false);
  }
}

/** What an insert does with a row that is there already: fails where all are taken for new, leaves it alone otherwise. */
export function onConflict(areNew: boolean): string {
  return areNew ? '' : 'ON CONFLICT DO NOTHING';
}
