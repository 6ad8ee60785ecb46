/** `trigger` starts a walk, `operator` only routes, `action` does something to a customer and has an `action_id`. */
export const NODE_KINDS = ['trigger', 'operator', 'action'] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

/** What the rest of the engine knows of a node type; the interpreter itself knows no type by name. */
export interface NodeTypeDescription {
  readonly type: string;
  readonly version: number;
  readonly kind: NodeKind;
  /** Whether a loop through this node lets time pass, so that it can't turn without end. */
  readonly waits: boolean;
  readonly outlets: readonly string[];
}

/** `wait.v1`: the name under which a node type's behaviour is found. */
export function nodeTypeKey(type: string, version: number): string {
  return `${type}.v${version}`;
}
