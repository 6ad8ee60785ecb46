import type { AudienceFilter } from './audience-filter.ts';
import type { FrozenScenario } from './scenario.ts';

/** Which message a customer comes to first, decided by attributes as they are now. */
export type FirstMessage =
  | { readonly nodeId: string }
  | { readonly filter: AudienceFilter; readonly yes: FirstMessage; readonly no: FirstMessage }
  /** The walk ends, or turns in a loop for as long as no attribute changes. */
  | null;

export interface FirstMessages {
  readonly tree: FirstMessage;
  /** Whether there were more branches than are looked at: customers of the others count as coming to no message. */
  readonly truncated: boolean;
}

/** Most conditions in a tree; one that several ways lead to is counted for each of them. */
export const MAX_BRANCHES = 200;

/** Follows every way from the trigger to the first message node on it. */
export function firstMessages({ nodes, walk }: Pick<FrozenScenario, 'nodes' | 'walk'>): FirstMessages {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  let branches = 0;
  const follow = (nodeId: string | undefined, passed: readonly string[]): FirstMessage => {
    const node = nodeId === undefined ? undefined : byId.get(nodeId);
    if (!node || passed.includes(node.id)) return null;
    if (isMessageNode(node)) return { nodeId: node.id };
    const outlets = walk.nodes[node.id]?.outlets ?? {};
    const path = [...passed, node.id];
    if (node.type !== 'condition') return follow(outlets['next'], path);
    branches += 1;
    if (branches > MAX_BRANCHES) return null;
    const [yes, no] = [follow(outlets['yes'], path), follow(outlets['no'], path)];
    return sameMessage(yes, no)
      ? yes
      : { filter: node.config['filter'] as unknown as AudienceFilter, yes, no };
  };
  return { tree: follow(walk.startNodeId, []), truncated: branches > MAX_BRANCHES };
}

export function isMessageNode({ type }: { readonly type: string }): boolean {
  return type === 'mms' || type === 'sms';
}

function sameMessage(a: FirstMessage, b: FirstMessage): boolean {
  if (a === null || b === null) return a === b;
  return 'nodeId' in a && 'nodeId' in b && a.nodeId === b.nodeId;
}
