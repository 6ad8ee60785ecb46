import { cancelRun } from '../database/change-run.ts';
import { readRunTally } from '../database/finish-cohort.ts';
import { readOpenCohorts, readRun } from '../database/read-run.ts';
import { beginRun, closeUnstartedCohorts, finishRun } from '../database/run-life.ts';
import type { EngineActivities } from '../domain/activities.ts';
import { PermanentError } from '../domain/errors.ts';
import { ENDED_RUN_STATES } from '../domain/states.ts';
import type { Dependencies } from './dependencies.ts';
import { summaryOf } from './summary.ts';

type RunActivities = Pick<
  EngineActivities,
  'beginRun' | 'cohortsToStart' | 'cancelRun' | 'closeUnstartedCohorts' | 'finishRun'
>;

/** What a run's own workflow asks of the database. */
export function createRunActivities({ pool, timings }: Dependencies): RunActivities {
  return {
    beginRun: async (runId) => {
      const state = await beginRun(pool, runId);
      if (!state) throw new PermanentError('run_unknown', `There is no run ${runId} in this database.`);
      return { state, timings };
    },
    cancelRun: async (runId, reason) => {
      const run = await cancelRun(pool, runId, reason);
      if (!run) throw new PermanentError('run_unknown', `There is no run ${runId} in this database.`);
      return run.after;
    },
    cohortsToStart: (runId, from, count) => readOpenCohorts(pool, runId, from, count),
    closeUnstartedCohorts: async (runId, firstNumber) => {
      const run = await readRun(pool, runId);
      return closeUnstartedCohorts(pool, run, run.frozen.walk.startNodeId, firstNumber);
    },
    finishRun: async (runId, force) => {
      const run = await readRun(pool, runId);
      const progress = await finishRun(pool, runId, force);
      if (!progress) throw new PermanentError('run_unknown', `There is no run ${runId} in this database.`);
      const ended = ENDED_RUN_STATES.includes(progress.state) && progress.openCohorts === 0;
      const summary = ended ? summaryOf(run.frozen, await readRunTally(pool, runId, run.month)) : [];
      return { ...progress, summary };
    },
  };
}
