import { REFUSED_UNCALLED, type SubmitOutcome } from './outcome.ts';

/**
 * What one call says of the account that it was made with.
 *
 * - `working`: the provider has judged a message
 * - `refused`: the account itself is refused
 * - `failing`: the provider could not be reached, nobody can tell what it did, or it refuses messages for the account's sake
 * - `untold`: nothing; the provider throttles, or the call was not made
 */
export type CallHealth = 'working' | 'refused' | 'failing' | 'untold';

/** Calls in a row that came to nothing, after which a breaker opens; a refused account opens it at once. */
export const FAILURES_TO_OPEN = 10;

export function healthOf(outcomes: readonly SubmitOutcome[]): CallHealth {
  const found = new Set(outcomes.map(healthOfOutcome));
  if (found.has('refused')) return 'refused';
  if (found.has('working')) return 'working';
  return found.has('failing') ? 'failing' : 'untold';
}

function healthOfOutcome(outcome: SubmitOutcome): CallHealth {
  switch (outcome.kind) {
    case 'accepted':
    case 'duplicate_id':
      return 'working';
    case 'rejected':
      if (REFUSED_UNCALLED.has(outcome.statusCode)) return 'untold';
      return outcome.errorClass === 'account' ? 'failing' : 'working';
    case 'unknown':
      return 'failing';
    case 'unsent':
      return HEALTH_OF_CAUSE[outcome.cause];
  }
}

const HEALTH_OF_CAUSE = {
  account: 'refused',
  batch: 'working',
  unreachable: 'failing',
  provider: 'failing',
  throttled: 'untold',
  late: 'untold',
} as const;
