import { z } from 'zod';
import type { ScenarioEdge, ScenarioNode } from '../../domain/scenario.ts';
import { SCENARIO_EXAMPLE } from '../schemas/examples.ts';
import { jsonValue } from '../schemas/json.ts';
import { NODE_DEFINITIONS, newestVersion } from '../../nodes/types.ts';

const nodeId = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, 'Write up to 64 letters, digits, _ and -, beginning with a letter')
  .meta({ description: 'Your name for the node; edges name it so. It keeps its number over edits.' });

/** What may be written of a node; its configuration is checked by its own type. */
const nodeInput = z.strictObject({
  id: nodeId,
  type: z.string().max(50).meta({ description: 'One of the node types.' }),
  version: z
    .int()
    .min(1)
    .optional()
    .meta({ description: 'Version of the node type; the newest by default.' }),
  name: z
    .string()
    .regex(/^[\w .-]{1,60}$/, 'Write up to 60 letters, digits, blanks, _, . and -')
    .optional()
    .meta({ description: 'For an action node: its action_name. Type and number by default, such as mms_1.' }),
  config: z.record(z.string(), jsonValue).default({}),
  action_id: z.unknown().optional().meta({ description: 'Given by the server; ignored here.' }),
});

const edgeInput = z.strictObject({
  from: z.string().max(64),
  outlet: z.string().max(64).default('next'),
  to: z.string().max(64),
});

/** A scenario as its author writes it. */
export const scenarioInput = z
  .strictObject({
    name: z.string().trim().min(1).max(100),
    nodes: z.array(nodeInput).max(1_000),
    edges: z.array(edgeInput).max(5_000).default([]),
  })
  .meta({ example: SCENARIO_EXAMPLE });
export type ScenarioInput = z.output<typeof scenarioInput>;

/** The nodes and edges that an input stands for: versions are filled in, what the server gives is left out. */
export function graphOfInput(input: ScenarioInput): { nodes: ScenarioNode[]; edges: ScenarioEdge[] } {
  return {
    nodes: input.nodes.map(({ id, type, version, name, config }) => ({
      id,
      type,
      version: version ?? newestVersion(type),
      ...(name !== undefined && { name }),
      config,
    })),
    edges: input.edges.map(({ from, outlet, to }) => ({ from, outlet, to })),
  };
}

/** JSON Schema of a scenario with every node type's configuration, for editors and other people's checks. */
export function scenarioJsonSchema(): object {
  const nodes = NODE_DEFINITIONS.map(({ type, version, config, description, outlets }) =>
    nodeInput
      .extend({
        type: z.literal(type),
        version: z.literal(version).optional(),
        config: config.safeParse({}).success ? config.optional() : config,
      })
      .meta({ title: type, description: `${description} Outlets: ${outlets.join(', ') || 'none'}.` }),
  );
  const [first, ...others] = nodes;
  if (!first) return {};
  const schema = scenarioInput.extend({ nodes: z.array(z.union([first, ...others])).max(1_000) });
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
}
