import type { NumberedNode, ScenarioNode } from '../../domain/scenario.ts';
import { nodeDefinition } from '../../nodes/types.ts';

/** The numbers that a scenario has given, those of removed nodes among them. */
export interface ActionNumbers {
  readonly next: number;
  readonly byNode: ReadonlyMap<string, number>;
}

/**
 * Gives every action node its number, new ones in the order of the list.
 *
 * A node's key keeps its number over edits and removals; a number is never given to another key.
 */
export function numberActions(
  nodes: readonly ScenarioNode[],
  numbers: ActionNumbers,
): { readonly nodes: readonly NumberedNode[]; readonly numbers: ActionNumbers } {
  const byNode = new Map(numbers.byNode);
  let { next } = numbers;
  const numbered = nodes.map((node): NumberedNode => {
    if (nodeDefinition(node.type, node.version)?.kind !== 'action') return { ...node, actionId: null };
    const actionId = byNode.get(node.id) ?? next;
    if (!byNode.has(node.id)) {
      byNode.set(node.id, actionId);
      next += 1;
    }
    return { ...node, name: node.name ?? `${node.type}_${actionId}`, actionId };
  });
  return { nodes: numbered, numbers: { next, byNode } };
}
