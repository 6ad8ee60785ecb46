import { TransientError } from '../domain/errors.ts';
import type { LookupResult } from './provider.ts';

/** What one call of a look-up asks about. */
interface Asked {
  readonly ids: readonly string[];
}

/**
 * Makes the calls of a look-up one after another until one fails.
 *
 * What was answered before is kept; messages of the call that failed, and of those that were not made after it, are `unanswered`.
 * @throws TransientError that of the first call: nothing is known of any message then
 */
export async function lookUpEach<Call extends Asked>(
  calls: readonly Call[],
  make: (call: Call) => Promise<readonly LookupResult[]>,
): Promise<readonly LookupResult[]> {
  const results: LookupResult[] = [];
  for (const [index, call] of calls.entries()) {
    try {
      results.push(...(await make(call)));
    } catch (error) {
      if (index === 0 || !(error instanceof TransientError)) throw error;
      const left = calls.slice(index).flatMap(({ ids }) => ids);
      return [
        ...results,
        ...left.map((messageId): LookupResult => ({ kind: 'unanswered', messageId, error })),
      ];
    }
  }
  return results;
}
