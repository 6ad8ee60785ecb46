import type { Queryable } from '../../database/pool.ts';
import type { NumberedNode } from '../../domain/scenario.ts';
import type { WalkGraph } from '../../domain/walk-graph.ts';
import { hasEnded, type RunRow } from './read-run.ts';

/** When everybody who can still come to it will have been offered the first message; null when nobody can tell. */
export async function estimate(
  database: Queryable,
  run: RunRow,
  { messagesPerSecond, turnsUntil }: { readonly messagesPerSecond: number; readonly turnsUntil: Date | null },
): Promise<{ action: string; remaining: number; doneAt: Date | null } | null> {
  const first = firstAction(run.frozen.nodes);
  if (!first || run.audience === null || hasEnded(run)) return null;
  const remaining = await countRemaining(database, run, first);
  const byRate = new Date(Date.now() + (remaining / messagesPerSecond) * 1_000);
  return {
    action: first.name ?? first.id,
    remaining,
    doneAt: messagesPerSecond > 0 ? later(byRate, turnsUntil) : turnsUntil,
  };
}

function later(one: Date, other: Date | null): Date {
  return other && other > one ? other : one;
}

function firstAction(nodes: readonly NumberedNode[]): NumberedNode | undefined {
  return nodes
    .filter((node) => node.actionId !== null)
    .sort((a, b) => (a.actionId ?? 0) - (b.actionId ?? 0))[0];
}

/** Members of cohorts that have not begun, and those at a node that leads to the action, without the offered ones. */
async function countRemaining(database: Queryable, run: RunRow, action: NumberedNode): Promise<number> {
  const { rows } = await database.query<{ remaining: string }>(
    `WITH here AS (
       SELECT visit.cohort_id, visit.members FROM visit JOIN cohort ON cohort.id = visit.cohort_id
       WHERE cohort.run_id = $2 AND visit.node_id = ANY ($3::text[]))
     SELECT (SELECT coalesce(sum(size), 0) FROM cohort WHERE run_id = $2 AND step = 0 AND finished_at IS NULL)
          + (SELECT coalesce(sum(bit_count(members)), 0) FROM here)
          - (SELECT count(DISTINCT (message.cohort_id, message.member_index))
             FROM here JOIN message ON message.month = $1 AND message.cohort_id = here.cohort_id
             WHERE message.action_id = $4 AND get_bit(here.members, message.member_index) = 1) AS remaining`,
    [run.month, run.id, [...nodesLeadingTo(run.frozen.walk, action.id)], action.actionId],
  );
  return Math.max(0, Number(rows[0]?.remaining ?? 0));
}

/** Nodes from which some way leads to the node, and the node itself. */
export function nodesLeadingTo({ nodes }: Pick<WalkGraph, 'nodes'>, nodeId: string): ReadonlySet<string> {
  const found = new Set([nodeId]);
  for (const target of found) {
    for (const node of Object.values(nodes))
      if (Object.values(node.outlets).includes(target)) found.add(node.nodeId);
  }
  return found;
}
