import type { NodeTypeDescription } from '../node-kind.ts';
import type { ScenarioGraph } from '../scenario.ts';
import { pointerOf, type Problem } from './problem.ts';

/** Nodes that nobody can come to, and loops in which no time passes. */
export function checkReach(
  graph: ScenarioGraph,
  descriptions: ReadonlyMap<string, NodeTypeDescription>,
): readonly Problem[] {
  const targets = new Map<string, string[]>();
  for (const edge of graph.edges) targets.set(edge.from, [...(targets.get(edge.from) ?? []), edge.to]);
  return [...unreachable(graph, descriptions, targets), ...endlessLoops(graph, descriptions, targets)];
}

function unreachable(
  graph: ScenarioGraph,
  descriptions: ReadonlyMap<string, NodeTypeDescription>,
  targets: ReadonlyMap<string, readonly string[]>,
): readonly Problem[] {
  const open = graph.nodes
    .filter((node) => descriptions.get(node.id)?.kind === 'trigger')
    .map((node) => node.id);
  if (open.length === 0) return [];
  const reached = new Set(open);
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const target of targets.get(id) ?? []) {
      if (reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return graph.nodes.flatMap((node, index) =>
    reached.has(node.id)
      ? []
      : [
          {
            pointer: pointerOf('nodes', index),
            code: 'unreachable_node',
            message: `No edge leads from the trigger to "${node.id}". Wire an outlet to it or remove it.`,
          },
        ],
  );
}

/** A node is in an endless loop when it can come back to itself without passing a node that waits. */
function endlessLoops(
  graph: ScenarioGraph,
  descriptions: ReadonlyMap<string, NodeTypeDescription>,
  targets: ReadonlyMap<string, readonly string[]>,
): readonly Problem[] {
  const waits = (id: string): boolean => descriptions.get(id)?.waits ?? false;
  const reported = new Set<string>();
  return graph.nodes.flatMap((node, index) => {
    if (waits(node.id) || reported.has(node.id)) return [];
    const loop = loopWithoutWait(node.id, targets, waits);
    if (!loop) return [];
    for (const id of loop) reported.add(id);
    return [
      {
        pointer: pointerOf('nodes', index),
        code: 'cycle_without_wait',
        message: `The loop ${[...loop, node.id].map((id) => `"${id}"`).join(' → ')} has no wait. Add a "wait" node to it.`,
      },
    ];
  });
}

/** The nodes of a shortest loop from `start` back to it through nodes that do not wait. */
function loopWithoutWait(
  start: string,
  targets: ReadonlyMap<string, readonly string[]>,
  waits: (id: string) => boolean,
): readonly string[] | undefined {
  const paths: (readonly string[])[] = [[start]];
  const seen = new Set<string>();
  for (const path of paths) {
    for (const target of targets.get(path.at(-1) ?? start) ?? []) {
      if (target === start) return path;
      if (seen.has(target) || waits(target)) continue;
      seen.add(target);
      paths.push([...path, target]);
    }
  }
  return undefined;
}
