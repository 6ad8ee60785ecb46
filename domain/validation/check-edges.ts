import type { NodeTypeDescription } from '../node-kind.ts';
import type { ScenarioEdge, ScenarioGraph } from '../scenario.ts';
import { pointerOf, type Problem } from './problem.ts';
import { suggest } from './suggest.ts';

/** Edges that name a node or an outlet that is not there, share an outlet, or lead back into a trigger. */
export function checkEdges(
  graph: ScenarioGraph,
  descriptions: ReadonlyMap<string, NodeTypeDescription>,
): readonly Problem[] {
  const ids = graph.nodes.map((node) => node.id);
  const firstOfOutlet = new Map<string, number>();
  return graph.edges.flatMap((edge, index) => [
    ...unknownEnds(edge, index, ids),
    ...badOutlet(edge, index, descriptions),
    ...sharedOutlet(edge, index, firstOfOutlet),
    ...intoTrigger(edge, index, descriptions),
  ]);
}

function unknownEnds(edge: ScenarioEdge, index: number, ids: readonly string[]): readonly Problem[] {
  return (['from', 'to'] as const)
    .filter((end) => !ids.includes(edge[end]))
    .map((end) => ({
      pointer: pointerOf('edges', index, end),
      code: 'unknown_node',
      message: `There is no node "${edge[end]}".${suggest(edge[end], ids)}`,
    }));
}

function badOutlet(
  edge: ScenarioEdge,
  index: number,
  descriptions: ReadonlyMap<string, NodeTypeDescription>,
): readonly Problem[] {
  const description = descriptions.get(edge.from);
  if (!description || description.outlets.includes(edge.outlet)) return [];
  const advice =
    description.outlets.length === 0
      ? ' This type has no way out: the walk ends there.'
      : suggest(edge.outlet, description.outlets);
  return [
    {
      pointer: pointerOf('edges', index, 'outlet'),
      code: 'unknown_outlet',
      message: `A node of type "${description.type}" has no outlet "${edge.outlet}".${advice}`,
    },
  ];
}

function sharedOutlet(
  edge: ScenarioEdge,
  index: number,
  firstOfOutlet: Map<string, number>,
): readonly Problem[] {
  const key = JSON.stringify([edge.from, edge.outlet]);
  const first = firstOfOutlet.get(key);
  if (first === undefined) {
    firstOfOutlet.set(key, index);
    return [];
  }
  return [
    {
      pointer: pointerOf('edges', index),
      code: 'outlet_wired_twice',
      message:
        `The outlet "${edge.outlet}" of "${edge.from}" is wired by edge ${first} already; ` +
        'an outlet has at most one edge. Remove one of them.',
    },
  ];
}

function intoTrigger(
  edge: ScenarioEdge,
  index: number,
  descriptions: ReadonlyMap<string, NodeTypeDescription>,
): readonly Problem[] {
  if (descriptions.get(edge.to)?.kind !== 'trigger') return [];
  return [
    {
      pointer: pointerOf('edges', index, 'to'),
      code: 'edge_into_trigger',
      message: `"${edge.to}" is a trigger; walks start there and can't come back. Lead the edge to another node.`,
    },
  ];
}
