import type { Queryable } from './pool.ts';

/** A code with which a provider has refused or failed messages and that has no class of its own. */
export interface UnknownCode {
  readonly code: string;
  /** Calls and reports. */
  readonly count: number;
  readonly lastSeenAt: Date;
}

/** Most codes that are told. */
const LIMIT = 20;

/** Codes of an integration's failures within this month and the one before, but for those that are known; the latest first. */
export async function readUnknownCodes(
  database: Queryable,
  integrationId: string,
  knownCodes: readonly string[],
): Promise<readonly UnknownCode[]> {
  const { rows } = await database.query<UnknownCode>(
    `WITH lately AS (SELECT to_char(now() AT TIME ZONE 'UTC' - interval '1 month', 'YYYYMM')::int AS month)
     SELECT code, sum(count)::int AS count, max(last) AS "lastSeenAt"
     FROM (
       SELECT status_code AS code, count(*) AS count, max(received_at) AS last FROM receipt
       WHERE integration_id = $1 AND error_class IS NOT NULL AND status_code <> ALL ($2::text[])
         AND month >= (SELECT month FROM lately)
       GROUP BY status_code
       UNION ALL
       SELECT status_code, count(*), max(started_at) FROM submission
       WHERE integration_id = $1 AND outcome = 'rejected' AND status_code <> ALL ($2::text[])
         AND month >= (SELECT month FROM lately)
       GROUP BY status_code) AS seen
     GROUP BY code ORDER BY "lastSeenAt" DESC, code LIMIT $3`,
    [integrationId, knownCodes, LIMIT],
  );
  return rows;
}
