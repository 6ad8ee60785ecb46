import type { JsonObject } from './json.ts';

/** A node as the walk needs it: its content stays in the database. */
export interface WalkNode {
  readonly nodeId: string;
  /** {@link nodeTypeKey} of its type and version. */
  readonly typeKey: string;
  /** Its action name, or its id: what summaries call it. */
  readonly label: string;
  /** The part of the configuration that its behaviour reads. */
  readonly config: JsonObject;
  /** Wired outlets, each with the node that it leads to. */
  readonly outlets: Readonly<Record<string, string>>;
  /** Whether an unwired outlet falls to `next` (message nodes) or ends the walk. */
  readonly fallsToNext: boolean;
  /** Whether arrivals are gathered for a while before they are dealt with: where that saves calls. */
  readonly gathers: boolean;
}

export interface WalkGraph {
  readonly startNodeId: string;
  readonly nodes: Readonly<Record<string, WalkNode>>;
}

/** How people know a node: by its author's key, and by its action's name where it has one. */
export function nodeTitle(nodeId: string, label: string): string {
  return label === nodeId ? nodeId : `${nodeId} (${label})`;
}
