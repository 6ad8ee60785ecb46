import { RECEIPT_OUTLETS } from '../../domain/message-outcome.ts';
import type { WalkNode } from '../../domain/walk-graph.ts';
import type { Fate } from './message-run.ts';
import { fateOf, isMatching, type WalkCase } from './walk-case.ts';

/** What a fate comes to where the member waits for the receipt, and where not. */
const OUTCOMES: Readonly<Record<Fate, readonly [waiting: string, atOnce: string]>> = {
  delivered: ['delivered', 'accepted'],
  failed: ['failed', 'accepted'],
  silent: ['no_receipt', 'accepted'],
  throttled: ['delivered', 'accepted'],
  abandoned: ['unknown', 'unknown'],
  unknown: ['unknown', 'unknown'],
  rejected: ['rejected', 'rejected'],
  refused: ['suppressed', 'suppressed'],
};

const OUTLETS: Readonly<Record<string, string>> = { accepted: 'next', rejected: 'failed' };

/**
 * The model: one customer at a time, without time, sets or interruptions.
 * @returns the member's path, `node/pass outcome` step by step, and why it ended
 */
export function walkAlone(walkCase: WalkCase, member: number): string {
  const { graph } = walkCase;
  const passes = new Map<string, number>();
  const path: string[] = [];
  let nodeId = graph.startNodeId;
  for (;;) {
    const node: WalkNode | undefined = graph.nodes[nodeId];
    if (!node) throw new Error(`There is no node ${nodeId}.`);
    const pass = (passes.get(nodeId) ?? 0) + 1;
    passes.set(nodeId, pass);
    const outcome = outcomeOf(walkCase, node, member, pass);
    if (node.typeKey === 'exit.v1') return [...path, `${nodeId}/${pass} exited done`].join(' ');
    path.push(`${nodeId}/${pass} ${outcome}`);
    const outlet = OUTLETS[outcome] ?? outcome;
    const next: string | undefined =
      node.outlets[outlet] ?? (node.fallsToNext ? node.outlets['next'] : undefined);
    if (next === undefined) return [...path, 'end'].join(' ');
    if ((passes.get(next) ?? 0) >= walkCase.maxPasses) return [...path, 'pass_limit'].join(' ');
    nodeId = next;
  }
}

function outcomeOf(walkCase: WalkCase, node: WalkNode, member: number, pass: number): string {
  switch (node.typeKey) {
    case 'condition.v1':
      return isMatching(walkCase, member, node.nodeId, pass) ? 'yes' : 'no';
    case 'mms.v1':
    case 'sms.v1': {
      const waits = RECEIPT_OUTLETS.some((outlet) => outlet in node.outlets);
      return OUTCOMES[fateOf(walkCase, member, node.nodeId, pass)][waits ? 0 : 1];
    }
    default:
      return 'next';
  }
}
