import type { AudienceFilter } from './audience-filter.ts';
import type { JsonObject } from './json.ts';
import type { WalkGraph } from './walk-graph.ts';

/** A step of a scenario as its author writes it. */
export interface ScenarioNode {
  /** The author's key of the node; other nodes and edges name it so. */
  readonly id: string;
  readonly type: string;
  readonly version: number;
  /** For an action node: its `action_name`. */
  readonly name?: string | undefined;
  readonly config: JsonObject;
}

/** A way from one node's outlet to another node; an outlet has at most one. */
export interface ScenarioEdge {
  readonly from: string;
  readonly outlet: string;
  readonly to: string;
}

export interface ScenarioGraph {
  readonly nodes: readonly ScenarioNode[];
  readonly edges: readonly ScenarioEdge[];
}

/** A node of a stored scenario: an action node has the number that the server gave it. */
export interface NumberedNode extends ScenarioNode {
  readonly actionId: number | null;
}

/** What the engine froze at launch: everything that a run needs and that must not change under it. */
export interface FrozenScenario {
  readonly name: string;
  readonly nodes: readonly NumberedNode[];
  readonly edges: readonly ScenarioEdge[];
  /** Label and value of every sender that a node names, by the sender's key. */
  readonly senders: Readonly<Record<string, FrozenSender>>;
  /** Who is admitted at launch; everybody by default. */
  readonly audience: AudienceFilter | null;
  /** The same graph as the walk needs it. */
  readonly walk: WalkGraph;
}

export interface FrozenSender {
  readonly label: string;
  readonly value: string;
}
