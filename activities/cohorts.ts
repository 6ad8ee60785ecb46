import { finishCohort } from '../database/finish-cohort.ts';
import { readDecisions } from '../database/incidents.ts';
import { readCohort, readCohortRef } from '../database/read-cohort.ts';
import { readStoredWalk } from '../database/read-stored-walk.ts';
import { recordWalk } from '../database/record-walk.ts';
import type { EngineActivities } from '../domain/activities.ts';
import type { FrozenScenario } from '../domain/scenario.ts';
import type { WalkGraph } from '../domain/walk-graph.ts';
import type { Dependencies } from './dependencies.ts';
import { summaryOf } from './summary.ts';

type CohortActivities = Pick<EngineActivities, 'loadCohort' | 'recordTrace' | 'readOrders' | 'finishCohort'>;

/** What a cohort's workflow asks of the database. */
export function createCohortActivities({ pool, timings, reach }: Dependencies): CohortActivities {
  return {
    loadCohort: async (cohortId, withWalk) => {
      const cohort = await readCohort(pool, cohortId);
      const { finished, number, size, runWorkflowId, runState } = cohort;
      const hasWalked = withWalk && !finished && cohort.step > 0;
      return {
        ...{ finished, number, size, runWorkflowId, timings },
        graph: inAuthorsOrder(cohort.frozen),
        orders: { runState, decisions: await readDecisions(pool, cohortId) },
        stored: hasWalked ? await readStoredWalk(pool, cohort) : null,
      };
    },
    recordTrace: async (cohortId, record) => {
      const answer = await recordWalk(pool, await readCohortRef(pool, cohortId), record);
      reach('after_walk_saved');
      return answer;
    },
    readOrders: async (cohortId) => {
      const { runState } = await readCohortRef(pool, cohortId);
      return { runState, decisions: await readDecisions(pool, cohortId) };
    },
    finishCohort: async (cohortId) => {
      const cohort = await readCohort(pool, cohortId);
      const { tally, isLast } = await finishCohort(pool, cohort);
      reach('after_finish');
      return { summary: summaryOf(cohort.frozen, tally), isLast };
    },
  };
}

/** The database keeps an object's keys in an order of its own; people read the nodes in their author's. */
function inAuthorsOrder({ nodes, walk }: FrozenScenario): WalkGraph {
  const ordered = nodes.flatMap(({ id }) => {
    const node = walk.nodes[id];
    return node ? [[id, node] as const] : [];
  });
  return { ...walk, nodes: Object.fromEntries(ordered) };
}
