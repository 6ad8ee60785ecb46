export { runCohort } from './run-cohort.ts';
export { runScenario } from './run-scenario.ts';
