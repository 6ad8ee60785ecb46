import type { Tally } from '../database/finish-cohort.ts';
import type { Summary } from '../domain/activities.ts';
import type { FrozenScenario } from '../domain/scenario.ts';

/** What nodes have come to, a row a node in the order of the graph. */
export function summaryOf(frozen: FrozenScenario, tally: Tally): Summary {
  return frozen.nodes.map((node) => ({
    node: node.name ?? node.id,
    outcomes: tally.nodes[node.id] ?? {},
    messages: (node.actionId !== null && tally.messages[node.actionId]) || {},
  }));
}
