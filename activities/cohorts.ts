import { finishCohort } from '../database/finish-cohort.ts';
import { readCohort } from '../database/read-cohort.ts';
import { recordWalk } from '../database/record-walk.ts';
import type { EngineActivities } from '../domain/activities.ts';
import type { FrozenScenario } from '../domain/scenario.ts';
import type { WalkGraph } from '../domain/walk-graph.ts';
import type { Dependencies } from './dependencies.ts';
import { summaryOf } from './summary.ts';

type CohortActivities = Pick<
  EngineActivities,
  'loadCohort' | 'recordTrace' | 'readRunState' | 'finishCohort'
>;

/** What a cohort's workflow asks of the database. */
export function createCohortActivities({ pool, timings }: Dependencies): CohortActivities {
  return {
    loadCohort: async (cohortId) => {
      const cohort = await readCohort(pool, cohortId);
      return {
        finished: cohort.finished,
        number: cohort.number,
        size: cohort.size,
        runWorkflowId: cohort.runWorkflowId,
        graph: inAuthorsOrder(cohort.frozen),
        timings,
      };
    },
    recordTrace: async (cohortId, record) => recordWalk(pool, await readCohort(pool, cohortId), record),
    readRunState: async (cohortId) => (await readCohort(pool, cohortId)).runState,
    finishCohort: async (cohortId) => {
      const cohort = await readCohort(pool, cohortId);
      return summaryOf(cohort.frozen, await finishCohort(pool, cohort));
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
