import { recordDeferrals } from '../../database/deferrals.ts';
import type { MessageNode } from '../../database/message-node.ts';
import type { Pool } from '../../database/pool.ts';
import { QUIET_HOURS } from '../../domain/gate.ts';
import { groupBy } from '../../domain/group-by.ts';
import { MemberSet } from '../../domain/member-set.ts';
import type { Deferred } from './offering.ts';

/** Writes down, for people, whom the hour keeps in and until when: they sleep for long. */
export async function tellWhoWaits(
  pool: Pool,
  { cohort, nodeId }: MessageNode,
  pass: number,
  deferred: readonly Deferred[],
): Promise<void> {
  const quiet = deferred.filter(({ reason }) => reason === QUIET_HOURS);
  if (quiet.length === 0) return;
  const groups = [...groupBy(quiet, ({ until }) => until)].map(([until, group]) => ({
    until,
    members: MemberSet.of(
      cohort.size,
      group.map(({ memberIndex }) => memberIndex),
    ),
  }));
  await recordDeferrals(pool, { ...cohort, nodeId, pass }, QUIET_HOURS, groups);
}
