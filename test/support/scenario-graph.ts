import type { JsonObject } from '../../domain/json.ts';
import type { ScenarioEdge, ScenarioGraph } from '../../domain/scenario.ts';
import type { Problem } from '../../domain/validation/problem.ts';
import { validateGraph } from '../../domain/validation/validate-graph.ts';
import { NODE_CATALOGUE } from '../../nodes/types.ts';

/** Configurations that are right, by node type. */
export const GOOD_CONFIG: Readonly<Record<string, JsonObject>> = {
  mms: { category: 'marketing', text: 'Hello' },
  sms: { category: 'marketing', text: 'Hello' },
  wait: { for: '1h' },
  condition: { filter: { attribute: 'city', op: 'eq', value: 'Boston' } },
};

type NodeText = string | { type: string; version?: number; config?: JsonObject };

/** `scenarioGraph({ start: 'now', send: 'sms' }, ['start → send', 'send:delivered → end'])` */
function scenarioGraph(
  nodes: Readonly<Record<string, NodeText>>,
  edges: readonly string[] = [],
): ScenarioGraph {
  return {
    nodes: Object.entries(nodes).map(([id, given]) => {
      const { type, version = 1, config } = typeof given === 'string' ? { type: given } : given;
      return { id, type, version, config: config ?? GOOD_CONFIG[type] ?? {} };
    }),
    edges: edges.map(edgeOf),
  };
}

function edgeOf(text: string): ScenarioEdge {
  const [source = '', to = ''] = text.split(' → ');
  const [from = '', outlet = 'next'] = source.split(':');
  return { from, outlet, to };
}

/** What the API would say of a graph. */
export function problemsOf(...graph: Parameters<typeof scenarioGraph>): readonly Problem[] {
  return validateGraph(scenarioGraph(...graph), NODE_CATALOGUE);
}
