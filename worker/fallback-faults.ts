import type { Dependencies } from '../activities/dependencies.ts';
import type { DueFallback } from '../database/fallbacks.ts';
import { readCohort, type CohortRow } from '../database/read-cohort.ts';
import type { FallbackAttempt } from '../database/settle-fallbacks.ts';
import type { PermanentError } from '../domain/errors.ts';

/** What the version itself says: nobody can mend that for its messages. */
const OF_THE_VERSION: readonly string[] = [
  'no_message_node',
  'cohort_unknown',
  'template_timeout',
  'template_failing',
];

/** Why nothing more is claimed in a cohort whose walk is over, be its run cancelled or not; undefined while it goes on. */
export function whyOver({
  finished,
  runState,
}: Pick<CohortRow, 'finished' | 'runState'>): string | undefined {
  if (runState === 'cancelled') return 'run_cancelled';
  return finished || runState === 'finished' ? 'stale' : undefined;
}

/**
 * What becomes of SMS in place of MMS that could not even be tried, for a reason that trying again does not mend by itself.
 *
 * Only what the version itself says refuses them. A setting that is missing may be there in a minute, as a key that one process does not
 * have yet: then the gate decides, and until the message would be stale nobody is refused for it.
 */
export async function settleFault(
  { pool, log, timings }: Pick<Dependencies, 'pool' | 'log' | 'timings'>,
  group: readonly DueFallback[],
  error: PermanentError,
): Promise<Pick<FallbackAttempt, 'refused' | 'putOff'>> {
  const refusedFor = (reason: string): Pick<FallbackAttempt, 'refused' | 'putOff'> => ({
    refused: group.map(({ memberIndex }) => ({ memberIndex, reason })),
    putOff: [],
  });
  if (OF_THE_VERSION.includes(error.code)) return refusedFor(error.code);
  const over = whyOver(await readCohort(pool, group[0]?.cohortId ?? ''));
  if (over !== undefined) return refusedFor(over);
  log.warn({ err: error, code: error.code }, 'fallbacks are put off until their settings are mended');
  const now = Date.now();
  const isStale = (due: DueFallback): boolean => now > worthUntil(due, timings.freshnessMs);
  const until = now + timings.holdRecheckMs;
  return {
    refused: group.filter(isStale).map(({ memberIndex }) => ({ memberIndex, reason: 'stale' })),
    putOff: group.filter((due) => !isStale(due)).map(({ memberIndex }) => ({ memberIndex, until })),
  };
}

/** Until when it may be worth sending: marketing may have to wait for a morning, though no longer than its MMS is waited for. */
function worthUntil(
  { consentClass, failedAt, awaitedUntil }: DueFallback,
  freshnessMs: Dependencies['timings']['freshnessMs'],
): number {
  const freshUntil = failedAt + freshnessMs[consentClass];
  return consentClass === 'marketing' ? Math.max(freshUntil, awaitedUntil) : freshUntil;
}
