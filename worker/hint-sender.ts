import { setTimeout as pause } from 'node:timers/promises';
import { closeHints, takeDueHints, type DueHint } from '../database/hints.ts';
import type { Pool } from '../database/pool.ts';
import type { Reach } from '../domain/crash-point.ts';
import { groupBy } from '../domain/group-by.ts';
import { MemberSet } from '../domain/member-set.ts';
import { RECEIPTS_SIGNAL, type ReceiptsHint } from '../domain/temporal-names.ts';
import type { TemporalClient } from './temporal.ts';
import { signalOpen } from './wake.ts';

/** The budget of one process for all cohorts together. */
const HINTS_PER_SECOND = 200;
/** Most hints of one round. */
const LIMIT = 25;
const FULL_ROUND_MS = (LIMIT / HINTS_PER_SECOND) * 1_000;

/** For how long hints that are being given are nobody else's. */
const LEASE_MS = 15_000;

/**
 * Tells cohorts that messages have ended, one signal a cohort whatever it waits for.
 *
 * A hint that is lost with this process is given again: it is closed only after the signals. No lock is held while
 * Temporal is called, so that an outage of Temporal holds up nothing but hints. A full round lasts as long as the budget
 * asks for.
 * @returns whether there may be more
 */
export async function sendHints(
  pool: Pool,
  temporal: TemporalClient,
  lastMs: number,
  reach: Reach,
): Promise<boolean> {
  const fullRound = pause(FULL_ROUND_MS);
  const hints = await takeDueHints(pool, LIMIT, LEASE_MS);
  const given = await Promise.all(
    [...groupBy(hints, (hint) => hint.workflowId)].map(async ([workflowId, own]) => {
      const heard = await signalOpen(temporal, workflowId, RECEIPTS_SIGNAL, own.map(receiptsHint));
      return own.map((hint) => ({ ...hint, complete: hint.complete || !heard }));
    }),
  );
  if (given.length > 0) reach('after_hints');
  await closeHints(pool, given.flat(), lastMs);
  if (hints.length < LIMIT) return false;
  await fullRound;
  return true;
}

function receiptsHint(hint: DueHint): ReceiptsHint {
  return {
    nodeId: hint.nodeId,
    pass: hint.pass,
    ended: MemberSet.of(hint.size, hint.ended).toHex(),
    states: hint.states,
  };
}
