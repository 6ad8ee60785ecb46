import type { Queryable } from '../../database/pool.ts';
import type { PageQuery, Position } from '../paging.ts';

export interface CustomerFilter extends PageQuery {
  readonly externalId?: string | undefined;
  readonly recipientId?: bigint | undefined;
}

/** A page of a project's customers, in the order of creation, and one more if there is one. */
export async function listCustomers(
  database: Queryable,
  projectId: string,
  { externalId, recipientId, limit, cursor }: CustomerFilter,
): Promise<readonly Position[]> {
  const { rows } = await database.query<Position>(
    `SELECT id, created_at AS at FROM customer
     WHERE project_id = $1 AND deleted_at IS NULL AND NOT is_tester
       ${externalId === undefined ? 'AND $2::text IS NULL' : 'AND external_id = $2'}
       ${recipientId === undefined ? 'AND $3::bigint IS NULL' : 'AND recipient_id = $3'}
       AND (created_at, id) > (coalesce($4::timestamptz, '-infinity'), coalesce($5::uuid, '00000000-0000-0000-0000-000000000000'))
     ORDER BY created_at, id LIMIT $6`,
    [projectId, externalId, recipientId, cursor?.at, cursor?.id, limit + 1],
  );
  return rows;
}
