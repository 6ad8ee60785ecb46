import type { Dependencies } from '../activities/dependencies.ts';
import { Offering, type Deferred } from '../activities/message/offering.ts';
import { tellWhoWaits } from '../activities/message/tell-who-waits.ts';
import { takeDueFallbacks, type DueFallback } from '../database/fallbacks.ts';
import { readNodeOfMessage } from '../database/message-node.ts';
import { settleFallbacks } from '../database/settle-fallbacks.ts';
import { PermanentError } from '../domain/errors.ts';
import { FALLBACK_LEG } from '../domain/fallback.ts';
import { QUIET_HOURS } from '../domain/gate.ts';
import { groupBy } from '../domain/group-by.ts';
import { settleFault, whyOver } from './fallback-faults.ts';

/** Messages that are taken at once. */
const LIMIT = 1_000;
/** For how long they are nobody else's. */
const LEASE_MS = 60_000;
/** Pause before somebody is looked at again of whom nothing has come. */
const AGAIN_MS = 1_000;
/** Failures at most so far apart count as one instant from which lateness counts. */
const TOGETHER_MS = 60_000;

/**
 * Sends the SMS in place of MMS that turned out not to be taken: of those whose author wants the engine to.
 *
 * Each is a leg of its own, through gate and claim like any message; what the gate keeps in says why. Nobody gets two: a leg is one
 * row of the ledger, however often it is attempted. What the hour keeps in waits for the morning, unless its author no longer waits
 * for the MMS by then.
 * @returns whether there may be more
 */
export async function makeFallbacks(deps: Dependencies, isStopping: () => boolean): Promise<boolean> {
  const due = await takeDueFallbacks(deps.pool, LIMIT, LEASE_MS);
  if (due.length > 0) deps.reach('after_fallback_take');
  const groups = groupBy(due, ({ cohortId, actionId, pass, failedAt }) =>
    [cohortId, actionId, pass, Math.floor(failedAt / TOGETHER_MS)].join('/'),
  );
  await Promise.all(
    [...groups.values()].map((group) =>
      makeGroup(deps, group, isStopping).catch((error: unknown) => {
        deps.log.warn({ err: error }, 'fallbacks could not be made; they are tried again');
      }),
    ),
  );
  return due.length === LIMIT;
}

/** Those of one cohort at one node, whose MMS failed at about the same time. */
async function makeGroup(
  deps: Dependencies,
  group: readonly DueFallback[],
  isStopping: () => boolean,
): Promise<void> {
  const [first] = group;
  if (!first) return;
  const members = indexesOf(group);
  const wanted = group.filter(({ isDelivered }) => !isDelivered);
  const again = { members, againAt: Date.now() + AGAIN_MS };
  if (wanted.length === 0) {
    await settleFallbacks(deps.pool, first, { ...again, refused: [], putOff: [] });
    return;
  }
  try {
    const node = await readNodeOfMessage(deps.pool, { ...first, leg: FALLBACK_LEG });
    const offering = new Offering(deps, node, {
      pass: first.pass,
      plannedAt: Math.min(...wanted.map(({ failedAt }) => failedAt)),
      receiptDeadlineMs: node.receiptDeadlineMs ?? deps.timings.receiptDeadlineMs,
      isStopping,
    });
    const halted = await offering.offer(indexesOf(wanted));
    const recheckAt = Date.now() + deps.timings.holdRecheckMs;
    const { inTime, tooLate } = partedByTime(offering.putOff(), group);
    deps.reach('before_fallback_settle');
    await settleFallbacks(deps.pool, first, {
      ...again,
      refused:
        halted === 'cancelled'
          ? refusedFor(members, whyOver(node.cohort) ?? 'run_cancelled')
          : [...offering.suppressed, ...refusedFor(tooLate, 'stale')],
      putOff: halted === 'paused' ? members.map(until(recheckAt)) : inTime,
    });
    if (!halted) await tellWhoWaits(deps.pool, node, first.pass, inTime);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    await settleFallbacks(deps.pool, first, { ...again, ...(await settleFault(deps, wanted, error)) });
  }
}

/** Parts those whom the hour keeps in beyond the time for which their MMS is waited for from all others who are put off. */
function partedByTime(
  putOff: readonly Deferred[],
  group: readonly DueFallback[],
): { readonly inTime: readonly Deferred[]; readonly tooLate: readonly number[] } {
  const awaitedUntil = new Map(group.map((due) => [due.memberIndex, due.awaitedUntil]));
  const isTooLate = ({ memberIndex, until: at, reason }: Deferred): boolean =>
    reason === QUIET_HOURS && at > (awaitedUntil.get(memberIndex) ?? Infinity);
  return {
    inTime: putOff.filter((deferred) => !isTooLate(deferred)),
    tooLate: putOff.filter(isTooLate).map(({ memberIndex }) => memberIndex),
  };
}

function indexesOf(group: readonly DueFallback[]): readonly number[] {
  return group.map(({ memberIndex }) => memberIndex);
}

function refusedFor(members: readonly number[], reason: string): { memberIndex: number; reason: string }[] {
  return members.map((memberIndex) => ({ memberIndex, reason }));
}

const until =
  (at: number) =>
  (memberIndex: number): { memberIndex: number; until: number } => ({ memberIndex, until: at });
