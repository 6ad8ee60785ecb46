import { createHash } from 'node:crypto';
import type { AudienceFilter } from '../../domain/audience-filter.ts';
import type { JsonObject } from '../../domain/json.ts';
import { nodeTypeKey } from '../../domain/node-kind.ts';
import type { FrozenScenario, NumberedNode, ScenarioEdge } from '../../domain/scenario.ts';
import type { WalkGraph, WalkNode } from '../../domain/walk-graph.ts';
import type { FreezeSurroundings } from '../../nodes/define.ts';
import { nodeDefinition, type AnyNodeDefinition } from '../../nodes/types.ts';
import { vcardUrl } from '../contact-cards/public-cards.ts';
import type { ProjectResources } from './check-scenario.ts';

export interface FreezeInput {
  readonly name: string;
  readonly nodes: readonly NumberedNode[];
  readonly edges: readonly ScenarioEdge[];
  readonly resources: ProjectResources;
  readonly publicUrl: string;
  /** Whether a test send is frozen, of which waits last seconds. Default false. */
  readonly isTest?: boolean | undefined;
}

/** What a launch freezes of a scenario that has been checked. */
export function freezeScenario(input: FreezeInput): FrozenScenario {
  const { nodes, senders, trigger, walk } = freezeNodes(input);
  if (!trigger) throw new Error('A checked scenario has a trigger.');
  return {
    name: input.name,
    nodes,
    edges: input.edges,
    senders,
    audience: audienceOf(trigger),
    walk: { startNodeId: trigger.id, nodes: walk } satisfies WalkGraph,
  };
}

export interface FrozenNodes extends Pick<FrozenScenario, 'nodes' | 'senders'> {
  readonly trigger: NumberedNode | undefined;
  readonly walk: WalkGraph['nodes'];
}

/** Freezes nodes that have been checked, be they a whole scenario or not, with the senders that they name. */
export function freezeNodes({ nodes, edges, resources, ...given }: Omit<FreezeInput, 'name'>): FrozenNodes {
  const { publicUrl, isTest = false } = given;
  const surroundings = { publicUrl, contactCardUrl: contactCardUrls(resources, publicUrl), isTest };
  const parts = nodes.map((node) => freezeNode(withPolicy(node, resources), edges, surroundings));
  const senders = new Set(parts.map((part) => part.sender));
  return {
    nodes: parts.map((part) => part.node),
    senders: Object.fromEntries(
      resources.senders
        .filter(({ key }) => senders.has(key))
        .map(({ key, label, value }) => [key, { label, value }]),
    ),
    trigger: parts.find((part) => part.definition.kind === 'trigger')?.node,
    walk: Object.fromEntries(parts.map((part) => [part.node.id, part.walk])),
  };
}

/** Whom a trigger admits; everybody by default. */
export function audienceOf(trigger: NumberedNode): AudienceFilter | null {
  // The trigger's schema has checked the filter.
  return (trigger.config['audience'] as unknown as AudienceFilter | undefined) ?? null;
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

function contactCardUrls({ contactCards }: ProjectResources, publicUrl: string): (key: string) => string {
  const hashes = new Map(contactCards.map(({ key, contentHash }) => [key, contentHash]));
  return (key) => {
    const hash = hashes.get(key);
    if (hash === undefined) throw new Error(`A checked scenario names no unknown contact card "${key}".`);
    return vcardUrl(publicUrl, hash);
  };
}

function freezeNode(
  node: NumberedNode,
  edges: readonly ScenarioEdge[],
  surroundings: FreezeSurroundings & { readonly isTest: boolean },
): FrozenNode {
  const definition = nodeDefinition(node.type, node.version);
  if (!definition) throw new Error(`A checked scenario has no unknown node type "${node.type}".`);
  const config = definition.config.parse(node.config);
  // A configuration that its schema parsed from JSON is JSON.
  const frozen = definition.freeze?.(config, surroundings) ?? (config as JsonObject);
  const { walkConfig, testWalkConfig = walkConfig } = definition;
  const outlets = edges
    .filter((edge) => edge.from === node.id)
    .map((edge) => [edge.outlet, edge.to] as const);
  return {
    node: { ...node, config: frozen },
    walk: {
      nodeId: node.id,
      typeKey: nodeTypeKey(node.type, node.version),
      label: node.name ?? node.id,
      config: (surroundings.isTest ? testWalkConfig : walkConfig)?.(config) ?? {},
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
