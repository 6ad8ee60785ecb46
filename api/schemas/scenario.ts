import { z } from 'zod';
import { jsonValue } from './json.ts';

export const problemEntry = z.object({ pointer: z.string(), code: z.string(), message: z.string() });

const nodeView = z.object({
  id: z.string(),
  type: z.string(),
  version: z.int(),
  name: z.string().optional(),
  config: z.record(z.string(), jsonValue),
  action_id: z
    .int()
    .nullable()
    .meta({ description: 'Number of an action node, by order of creation; never reused.' }),
});

export const scenarioView = z
  .object({
    id: z.uuid(),
    name: z.string(),
    nodes: z.array(nodeView),
    edges: z.array(z.object({ from: z.string(), outlet: z.string(), to: z.string() })),
    revision: z.int(),
    problems: z.array(problemEntry).meta({ description: 'What keeps the draft from being launched.' }),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    archivedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Scenario' });

export const validationView = z
  .object({
    valid: z.boolean().meta({ description: 'Whether it can be launched as it is.' }),
    problems: z.array(problemEntry),
    warnings: z
      .array(problemEntry)
      .meta({ description: 'What does not keep it from being launched, and its author should know.' }),
  })
  .meta({ id: 'Validation' });

export const versionView = z
  .object({ id: z.uuid(), contentHash: z.string(), createdAt: z.iso.datetime(), frozen: jsonValue })
  .meta({ id: 'ScenarioVersion' });

export const launchView = z
  .object({
    id: z.uuid().meta({ description: 'Id of the run.' }),
    state: z
      .literal('requested')
      .meta({ description: 'As it was at the launch, also in a replayed answer.' }),
    workflowId: z.string(),
    scenarioId: z.uuid(),
    versionId: z.uuid(),
    requestedAt: z.iso.datetime(),
  })
  .meta({ id: 'Launch' });

export const problemView = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    errors: z.array(problemEntry).optional(),
  })
  .meta({ id: 'Problem' });
