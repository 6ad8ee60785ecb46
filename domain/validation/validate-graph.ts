import type { NodeTypeDescription } from '../node-kind.ts';
import type { ScenarioGraph, ScenarioNode } from '../scenario.ts';
import { checkEdges } from './check-edges.ts';
import { checkReach } from './check-reach.ts';
import { pointerOf, type Problem } from './problem.ts';
import { suggest } from './suggest.ts';

/** Most nodes that one scenario may have. */
export const MAX_NODES = 200;

/** What the check must know of node types; the registry of `nodes/` provides it. */
export interface NodeCatalogue {
  readonly types: readonly string[];
  /** @returns undefined when there is no such type in this version */
  describe(type: string, version: number): NodeTypeDescription | undefined;
  /** Problems of a node's configuration, with pointers that start inside it. */
  checkConfig(node: ScenarioNode): readonly Problem[];
}

/** Everything that is wrong with a graph; empty when it can be launched. */
export function validateGraph(graph: ScenarioGraph, catalogue: NodeCatalogue): readonly Problem[] {
  const descriptions = new Map<string, NodeTypeDescription>();
  const problems: Problem[] = [];
  if (graph.nodes.length > MAX_NODES) {
    problems.push({
      pointer: '/nodes',
      code: 'too_many_nodes',
      message: `A scenario has at most ${MAX_NODES} nodes; this one has ${graph.nodes.length}. Split it.`,
    });
  }
  const seen = new Set<string>();
  graph.nodes.forEach((node, index) => {
    if (seen.has(node.id)) {
      problems.push({
        pointer: pointerOf('nodes', index, 'id'),
        code: 'duplicate_node_id',
        message: `Another node is called "${node.id}". Give this one an id of its own.`,
      });
    }
    seen.add(node.id);
    const description = catalogue.describe(node.type, node.version);
    if (description) {
      descriptions.set(node.id, description);
      problems.push(
        ...catalogue
          .checkConfig(node)
          .map((problem) => ({ ...problem, pointer: pointerOf('nodes', index, 'config') + problem.pointer })),
      );
    } else {
      problems.push(unknownType(node, index, catalogue));
    }
  });
  problems.push(...checkTriggers(graph, descriptions));
  problems.push(...checkEdges(graph, descriptions));
  problems.push(...checkReach(graph, descriptions));
  return problems;
}

function unknownType(node: ScenarioNode, index: number, catalogue: NodeCatalogue): Problem {
  if (catalogue.types.includes(node.type)) {
    return {
      pointer: pointerOf('nodes', index, 'version'),
      code: 'unknown_node_version',
      message: `The node type "${node.type}" has no version ${node.version}. Leave "version" out to get the newest.`,
    };
  }
  return {
    pointer: pointerOf('nodes', index, 'type'),
    code: 'unknown_node_type',
    message: `There is no node type "${node.type}".${suggest(node.type, catalogue.types)}`,
  };
}

function checkTriggers(
  graph: ScenarioGraph,
  descriptions: ReadonlyMap<string, NodeTypeDescription>,
): readonly Problem[] {
  const triggers = graph.nodes.flatMap((node, index) =>
    descriptions.get(node.id)?.kind === 'trigger' ? [{ node, index }] : [],
  );
  if (triggers.length === 0 && descriptions.size === graph.nodes.length) {
    return [
      {
        pointer: '/nodes',
        code: 'no_trigger',
        message: 'A scenario starts with a trigger. Add a node of type "now".',
      },
    ];
  }
  return triggers.slice(1).map(({ node, index }) => ({
    pointer: pointerOf('nodes', index, 'type'),
    code: 'several_triggers',
    message: `A scenario has one trigger; "${node.id}" is another one. Remove it.`,
  }));
}
