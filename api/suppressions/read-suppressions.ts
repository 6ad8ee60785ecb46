import type { Queryable } from '../../database/pool.ts';
import { isUuid } from '../customers/read-customer.ts';
import type { PageQuery, Position } from '../paging.ts';
import { ApiProblem } from '../problem.ts';

/** A suppression as the API shows it. */
export interface SuppressionView {
  readonly id: string;
  /** Only where a customer of the project has the number: of others no more than a keyed hash is stored. */
  readonly phone: string | null;
  readonly country: string | null;
  readonly reason: string | null;
  readonly source: string;
  readonly stoppedSenders: readonly string[];
  readonly since: Date;
  readonly actor: string;
  readonly lifted: { readonly at: Date; readonly actor: string; readonly reason: string | null } | null;
}

interface Row extends Omit<SuppressionView, 'lifted'> {
  readonly lifted_at: Date | null;
  readonly lifted_by: string | null;
  readonly lift_reason: string | null;
}

const SELECT = `
  SELECT suppression.id, recipient.country, reason, source, stopped_senders AS "stoppedSenders", suppressed_at AS since, suppressed_by AS actor,
         lifted_at, lifted_by, lift_reason,
         (SELECT phone FROM customer
          WHERE customer.recipient_id = suppression.recipient_id AND deleted_at IS NULL LIMIT 1) AS phone
  FROM suppression JOIN recipient ON recipient.id = suppression.recipient_id
  WHERE suppression.project_id = $1`;

export interface SuppressionFilter extends PageQuery {
  readonly recipientId?: bigint | undefined;
  /** Whether those that have been lifted are listed too. */
  readonly withLifted: boolean;
}

/** A page of a project's suppressions, the newest first, and one more if there is one. */
export async function listSuppressions(
  database: Queryable,
  projectId: string,
  { recipientId, withLifted, limit, cursor }: SuppressionFilter,
): Promise<readonly SuppressionView[]> {
  const { rows } = await database.query<Row>(
    `${SELECT} AND ($2::bigint IS NULL OR suppression.recipient_id = $2) AND ($3 OR lifted_at IS NULL)
       AND ($4::timestamptz IS NULL OR (suppressed_at, suppression.id) < ($4, $5::uuid))
     ORDER BY suppressed_at DESC, suppression.id DESC LIMIT $6`,
    [projectId, recipientId ?? null, withLifted, cursor?.at ?? null, cursor?.id ?? null, limit + 1],
  );
  return rows.map(viewOf);
}

/** @throws ApiProblem `not_found` */
export async function readSuppression(
  database: Queryable,
  projectId: string,
  id: string,
): Promise<SuppressionView> {
  const { rows } = isUuid(id)
    ? await database.query<Row>(`${SELECT} AND suppression.id = $2`, [projectId, id])
    : { rows: [] };
  if (!rows[0]) throw new ApiProblem('not_found', 'There is no suppression with this id.');
  return viewOf(rows[0]);
}

export function positionOf({ since, id }: SuppressionView): Position {
  return { at: since, id };
}

function viewOf(row: Row): SuppressionView {
  const { id, phone, country, reason, source, stoppedSenders, since, actor } = row;
  const lifted =
    row.lifted_at && row.lifted_by !== null
      ? { at: row.lifted_at, actor: row.lifted_by, reason: row.lift_reason }
      : null;
  return { id, phone, country, reason, source, stoppedSenders, since, actor, lifted };
}
