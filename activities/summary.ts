import type { Tally } from '../database/finish-cohort.ts';
import type { Summary } from '../domain/activities.ts';
import type { FrozenScenario } from '../domain/scenario.ts';
import { nodeTitle } from '../domain/walk-graph.ts';

/** What nodes have come to, a row a node in the order of the graph. */
export function summaryOf(frozen: FrozenScenario, tally: Tally): Summary {
  return frozen.nodes.map((node) => ({
    node: nodeTitle(node.id, node.name ?? node.id),
    outcomes: tally.nodes[node.id] ?? {},
    messages: (node.actionId !== null && tally.messages[node.actionId]) || {},
  }));
}
