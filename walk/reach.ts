import type { WalkGraph } from '../domain/walk-graph.ts';

/** For every node, the nodes that can be come to from it by one edge or more. */
export function reachOf(graph: WalkGraph): ReadonlyMap<string, ReadonlySet<string>> {
  const reach = new Map<string, ReadonlySet<string>>();
  for (const nodeId of Object.keys(graph.nodes)) {
    const reached = new Set<string>();
    const open = [nodeId];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const target of Object.values(graph.nodes[id]?.outlets ?? {})) {
        if (reached.has(target)) continue;
        reached.add(target);
        open.push(target);
      }
    }
    reach.set(nodeId, reached);
  }
  return reach;
}
