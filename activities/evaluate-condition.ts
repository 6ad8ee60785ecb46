import { haltOf } from '../database/claim-messages.ts';
import { matchMembers } from '../database/match-members.ts';
import { readCohort } from '../database/read-cohort.ts';
import type { EffectActivities } from '../domain/activities.ts';
import type { AudienceFilter } from '../domain/audience-filter.ts';
import { PermanentError } from '../domain/errors.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { Dependencies } from './dependencies.ts';

/** Reads which members match the node's filter now. */
export function createEvaluateCondition(deps: Dependencies): EffectActivities['evaluateCondition'] {
  return async (scope) => {
    const cohort = await readCohort(deps.pool, scope.cohortId);
    const halted = haltOf(cohort.runState);
    if (halted) return { halted };
    const node = cohort.frozen.nodes.find((candidate) => candidate.id === scope.nodeId);
    if (!node?.config['filter']) {
      throw new PermanentError('no_filter', `The version has no node "${scope.nodeId}" with a filter.`);
    }
    const members = MemberSet.fromHex(cohort.size, scope.members);
    // The API checked the filter before the version was frozen.
    const filter = node.config['filter'] as unknown as AudienceFilter;
    const matching = await matchMembers(deps.pool, cohort, members.indexes(), filter);
    return { value: { matching: MemberSet.of(cohort.size, matching).toHex() } };
  };
}
