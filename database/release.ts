import type { GateQuestion } from './member-facts.ts';
import type { Queryable } from './pool.ts';

/** What keeps, or has kept, messages of one node from leaving, whoever they are for. */
export interface Release {
  /** When a hold of theirs was lifted, their run resumed or their breaker closed last; null where nothing ever kept them. */
  readonly releasedAt: number | null;
  /** Whether a hold or an open breaker keeps them now. */
  readonly kept: boolean;
}

type Question = Pick<GateQuestion, 'runId' | 'categoryId' | 'senderId' | 'integrationId'>;

const TARGETS = `(
  ('account', project.account_id), ('project', project.id), ('category', $2::uuid), ('sender', $3::uuid),
  ('integration', $4::uuid))`;

const RELEASE = `
  SELECT greatest(run.resumed_at, breaker.closed_at,
           (SELECT max(lifted_at) FROM lifted_hold WHERE (scope, target_id) IN ${TARGETS})) AS released_at,
         breaker.opened_at IS NOT NULL
           OR EXISTS (SELECT FROM hold WHERE (scope, target_id) IN ${TARGETS}) AS kept
  FROM run JOIN project ON project.id = run.project_id
  LEFT JOIN breaker ON breaker.integration_id = $4
  WHERE run.id = $1`;

/** @returns as it is now; the claim asks again */
export async function readRelease(database: Queryable, question: Question): Promise<Release> {
  const { rows } = await database.query<{ released_at: Date | null; kept: boolean }>({
    name: 'read-release',
    text: RELEASE,
    values: [question.runId, question.categoryId, question.senderId, question.integrationId],
  });
  return { releasedAt: rows[0]?.released_at?.getTime() ?? null, kept: rows[0]?.kept ?? false };
}
