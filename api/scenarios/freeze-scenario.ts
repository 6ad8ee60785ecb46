import { createHash } from 'node:crypto';
import type { AudienceFilter } from '../../domain/audience-filter.ts';
import type { JsonObject } from '../../domain/json.ts';
import { nodeTypeKey } from '../../domain/node-kind.ts';
import type { FrozenScenario, NumberedNode, ScenarioEdge } from '../../domain/scenario.ts';
import type { WalkGraph, WalkNode } from '../../domain/walk-graph.ts';
import { nodeDefinition, type AnyNodeDefinition } from '../../nodes/types.ts';
import type { ProjectResources } from './check-scenario.ts';

export interface FreezeInput {
  readonly name: string;
  readonly nodes: readonly NumberedNode[];
  readonly edges: readonly ScenarioEdge[];
  readonly resources: ProjectResources;
  readonly publicUrl: string;
}

/** What a launch freezes of a scenario that has been checked. */
export function freezeScenario({ name, nodes, edges, resources, publicUrl }: FreezeInput): FrozenScenario {
  const parts = nodes.map((node) => freezeNode(withPolicy(node, resources), edges, publicUrl));
  const senders = new Set(parts.map((part) => part.sender));
  const trigger = parts.find((part) => part.definition.kind === 'trigger');
  if (!trigger) throw new Error('A checked scenario has a trigger.');
  return {
    name,
    nodes: parts.map((part) => part.node),
    edges,
    senders: Object.fromEntries(
      resources.senders
        .filter(({ key }) => senders.has(key))
        .map(({ key, label, value }) => [key, { label, value }]),
    ),
    // The trigger's schema has checked the filter.
    audience: (trigger.node.config['audience'] as unknown as AudienceFilter | undefined) ?? null,
    walk: {
      startNodeId: trigger.node.id,
      nodes: Object.fromEntries(parts.map((part) => [part.node.id, part.walk])),
    } satisfies WalkGraph,
  };
}

/** A node that names a category and no policy gets the one that its class stands for. */
function withPolicy(node: NumberedNode, { categories }: ProjectResources): NumberedNode {
  const { category, policy } = { category: node.config['category'], policy: node.config['policy'] };
  if (typeof category !== 'string' || policy !== undefined) return node;
  const marketing = categories.some(
    (candidate) => candidate.key === category && candidate.class === 'marketing',
  );
  return { ...node, config: { ...node.config, policy: marketing ? 'default' : 'unlimited' } };
}

/** Names a version by its content: equal contents have equal hashes. */
export function contentHash(frozen: FrozenScenario): string {
  return createHash('sha256').update(canonicalJson(frozen)).digest('hex');
}

interface FrozenNode {
  readonly node: NumberedNode;
  readonly walk: WalkNode;
  readonly definition: AnyNodeDefinition;
  readonly sender: string | undefined;
}

function freezeNode(node: NumberedNode, edges: readonly ScenarioEdge[], publicUrl: string): FrozenNode {
  const definition = nodeDefinition(node.type, node.version);
  if (!definition) throw new Error(`A checked scenario has no unknown node type "${node.type}".`);
  const config = definition.config.parse(node.config);
  // A configuration that its schema parsed from JSON is JSON.
  const frozen = definition.freeze?.(config, { publicUrl }) ?? (config as JsonObject);
  const outlets = edges
    .filter((edge) => edge.from === node.id)
    .map((edge) => [edge.outlet, edge.to] as const);
  return {
    node: { ...node, config: frozen },
    walk: {
      nodeId: node.id,
      typeKey: nodeTypeKey(node.type, node.version),
      label: node.name ?? node.id,
      config: definition.walkConfig?.(config) ?? {},
      outlets: Object.fromEntries(outlets),
      fallsToNext: definition.fallsToNext ?? false,
      gathers: definition.gathers ?? false,
    },
    definition,
    sender: definition.references?.(config).sender,
  };
}

/** JSON with the keys of every object in order. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
