import type { Connection, Pool, Queryable } from './pool.ts';
import { inTransaction, lockHolds } from './transaction.ts';

export const HOLD_SCOPES = ['account', 'project', 'sender', 'integration', 'category'] as const;
export type HoldScope = (typeof HOLD_SCOPES)[number];

/** What is held: an account and a project need no key, they are the caller's own. */
export interface HoldTarget {
  readonly scope: HoldScope;
  readonly key?: string | undefined;
}

export interface Hold {
  readonly scope: HoldScope;
  readonly key: string | null;
  readonly reason: string;
  readonly actor: string;
  readonly since: Date;
}

/** Throws to keep the holds as they are. */
export type HoldsCheck = (holds: readonly Hold[]) => void;

const TARGETS: Readonly<Record<HoldScope, string>> = {
  account: 'SELECT account_id AS id FROM project WHERE id = $1 AND $2::text IS NULL',
  project: 'SELECT id FROM project WHERE id = $1 AND $2::text IS NULL',
  sender: 'SELECT id FROM sender_profile WHERE project_id = $1 AND key = $2',
  integration: 'SELECT id FROM integration WHERE project_id = $1 AND key = $2',
  category: 'SELECT id FROM consent_category WHERE project_id = $1 AND key = $2',
};

/**
 * Holds everything of the target: after the commit nothing of it is claimed until the hold is lifted.
 * @returns false when the project has no such target
 */
export function putHold(
  pool: Pool,
  projectId: string,
  target: HoldTarget,
  why: { readonly reason: string; readonly actor: string },
  check?: HoldsCheck,
): Promise<boolean> {
  return changeHold({ pool, projectId, target, check }, async (connection, targetId) => {
    await connection.query(
      `INSERT INTO hold (scope, target_id, reason, actor) VALUES ($1, $2, $3, $4)
       ON CONFLICT (scope, target_id) DO UPDATE SET reason = EXCLUDED.reason, actor = EXCLUDED.actor`,
      [target.scope, targetId, why.reason, why.actor],
    );
  });
}

/** Lifts a hold; members who were held are gated again within the recheck time and leave at a pace. @returns as {@link putHold} */
export function liftHold(
  pool: Pool,
  projectId: string,
  target: HoldTarget,
  check?: HoldsCheck,
): Promise<boolean> {
  return changeHold({ pool, projectId, target, check }, async (connection, targetId) => {
    await connection.query(
      `WITH lifted AS (DELETE FROM hold WHERE scope = $1 AND target_id = $2 RETURNING scope, target_id)
       INSERT INTO lifted_hold (scope, target_id, lifted_at)
       SELECT scope, target_id, clock_timestamp() FROM lifted
       ON CONFLICT (scope, target_id) DO UPDATE SET lifted_at = EXCLUDED.lifted_at`,
      [target.scope, targetId],
    );
  });
}

/** Every hold that keeps something of the project from being sent. */
export async function listHolds(database: Queryable, projectId: string): Promise<readonly Hold[]> {
  const { rows } = await database.query<Hold>(
    `SELECT scope, coalesce(sender.key, integration.key, category.key) AS key, reason, actor,
            hold.created_at AS since
     FROM hold JOIN project ON project.id = $1
     LEFT JOIN sender_profile AS sender ON scope = 'sender' AND sender.id = target_id AND sender.project_id = $1
     LEFT JOIN integration ON scope = 'integration' AND integration.id = target_id AND integration.project_id = $1
     LEFT JOIN consent_category AS category
       ON scope = 'category' AND category.id = target_id AND category.project_id = $1
     WHERE (scope = 'account' AND target_id = project.account_id) OR (scope = 'project' AND target_id = project.id)
       OR coalesce(sender.key, integration.key, category.key) IS NOT NULL
     ORDER BY hold.created_at`,
    [projectId],
  );
  return rows;
}

interface HoldChange {
  readonly pool: Pool;
  readonly projectId: string;
  readonly target: HoldTarget;
  readonly check: HoldsCheck | undefined;
}

function changeHold(
  { pool, projectId, target, check }: HoldChange,
  change: (connection: Connection, targetId: string) => Promise<void>,
): Promise<boolean> {
  return inTransaction(pool, async (connection) => {
    // Waits for the claims that are under way: each holds the lock for milliseconds.
    await connection.query('SET LOCAL lock_timeout = 30000');
    await lockHolds(connection, projectId);
    const { rows } = await connection.query<{ id: string }>(TARGETS[target.scope], [
      projectId,
      target.key ?? null,
    ]);
    if (!rows[0]) return false;
    check?.(await listHolds(connection, projectId));
    await change(connection, rows[0].id);
    return true;
  });
}
