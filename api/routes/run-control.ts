import { z } from 'zod';
import { cancelRun, drainRun, pauseRun, resumeRun, type ChangedRun } from '../../database/change-run.ts';
import { decideIncidents } from '../../database/incidents.ts';
import { ENDED_RUN_STATES } from '../../domain/states.ts';
import { nodeDefinition } from '../../nodes/types.ts';
import type { Project } from '../auth.ts';
import type { ApiDependencies } from '../dependencies.ts';
import { ApiProblem } from '../problem.ts';
import { defineRoute, type AnyRoute } from '../route.ts';
import { readRunRow, runSummary } from '../runs/read-run.ts';
import { incidentDecisionSchema, runView } from '../schemas/run.ts';

const TAG = 'Runs';
const byId = z.object({ id: z.string() });
const reasonBody = z.strictObject({ reason: z.string().min(1).max(200).optional() });

type Change = (runId: string, reason: string, projectId: string) => Promise<ChangedRun | undefined>;

/** What operators do to runs. */
export function runControlRoutes({ pool }: ApiDependencies): readonly AnyRoute[] {
  const change = async (
    project: Project,
    runId: string,
    verb: string,
    reason: string,
    apply: Change,
  ): Promise<{ status: 202; body: object }> => {
    const run = await readRunRow(pool, project.id, runId);
    const changed = await apply(run.id, reason, project.id);
    if (!changed || (ENDED_RUN_STATES.includes(changed.before) && changed.before !== verb)) {
      throw new ApiProblem('run_ended', `The run is ${changed?.before ?? 'gone'}: nothing can be changed.`);
    }
    return { status: 202, body: runSummary(await readRunRow(pool, project.id, run.id)) };
  };
  const route = (name: string, summary: string, description: string, verb: string, apply: Change): AnyRoute =>
    defineRoute({
      method: 'post',
      path: `/v1/runs/:id/${name}`,
      tag: TAG,
      summary,
      description,
      params: byId,
      body: reasonBody,
      answers: {
        202: { description: 'Done in the database; the workflows are told.', schema: runView },
        409: { description: 'The run has ended already.' },
      },
      handle: ({ project, params, body }) =>
        change(project, params.id, verb, body.reason ?? `${verb} through the API by ${project.actor}`, apply),
    });
  return [
    route(
      'pause',
      'Pause a run',
      'From the answer on nothing is claimed for the run until it is resumed. Clocks run on: waits may end and ' +
        'reports come in meanwhile.',
      'paused',
      (id, reason, projectId) => pauseRun(pool, id, reason, projectId),
    ),
    route(
      'resume',
      'Resume a paused run',
      'Everybody goes on from where they are, and what is sent is gated again: what has become stale is not sent. A ' +
        'workflow that was lost is started again from the database.',
      'resumed',
      (id, _, projectId) => resumeRun(pool, id, projectId),
    ),
    route(
      'finish',
      'Let a run take nobody in any more',
      'Whoever is in it walks to the end; then the run is finished.',
      'finishing',
      (id, _, projectId) => drainRun(pool, id, projectId),
    ),
    route(
      'cancel',
      'Cancel a run',
      'From the answer on nothing is claimed for the run any more. Calls that were under way may still arrive; their ' +
        'messages keep being followed.',
      'cancelled',
      (id, reason, projectId) => cancelRun(pool, id, reason, projectId),
    ),
    defineRoute({
      method: 'post',
      path: '/v1/runs/:id/incidents/:nodeId',
      tag: TAG,
      summary: 'Decide what becomes of those who are stuck at a node',
      description:
        'Holds for all cohorts that are stuck there now: `retry` enters the node again, `skip` lets the customers go ' +
        "by one of the node's outlets, `exit` ends their walk. The first decision holds; while the run is paused it " +
        'can be changed.',
      params: byId.extend({ nodeId: z.string() }),
      body: incidentDecisionSchema,
      answers: {
        202: {
          description: 'The cohorts are told.',
          schema: z.object({ visits: z.int().meta({ description: 'Visits that it is about.' }) }),
        },
        409: { description: 'Nobody is stuck at this node, or something else was decided before.' },
      },
      handle: async ({ project, params, body }) => {
        const run = await readRunRow(pool, project.id, params.id);
        const node = run.frozen.nodes.find(({ id }) => id === params.nodeId);
        if (!node) throw new ApiProblem('not_found', `The run has no node "${params.nodeId}".`);
        const outlets = nodeDefinition(node.type, node.version)?.outlets ?? [];
        if (body.action === 'skip' && !outlets.includes(body.outlet)) {
          throw new ApiProblem(
            'bad_body',
            `The node has no outlet "${body.outlet}". It has ${outlets.map((name) => `"${name}"`).join(', ')}.`,
          );
        }
        const about = { runId: run.id, nodeId: node.id };
        const { visits, decidedOtherwise } = await decideIncidents(pool, about, body, project.actor);
        if (visits === 0 && decidedOtherwise > 0) {
          throw new ApiProblem(
            'incident_decided',
            `Something else was decided for those who are stuck at node "${node.id}", and may be under way.`,
          );
        }
        if (visits === 0) throw new ApiProblem('no_incident', `Nobody is stuck at node "${node.id}".`);
        return { status: 202, body: { visits } };
      },
    }),
  ];
}
