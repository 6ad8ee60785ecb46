import type { Queryable } from './pool.ts';

/** Pause before a breaker's first probe; it doubles with every probe, up to the last. */
export interface ProbePauses {
  readonly first: number;
  readonly last: number;
}

export interface Failure {
  readonly integrationId: string;
  /** How many calls in a row must have failed for the breaker to open. */
  readonly opensAt: number;
  readonly statusCode: string | null;
  readonly error: string | null;
}

/** Counts a call that came to nothing. @returns whether this one has opened the breaker; of two within one millisecond both may be told so */
export async function noteFailure(
  database: Queryable,
  { integrationId, opensAt, statusCode, error }: Failure,
  pauses: ProbePauses,
): Promise<boolean> {
  const { rows } = await database.query<{ opened: boolean }>({
    name: 'note-failure',
    text: `
      INSERT INTO breaker AS known (integration_id, failures, opened_at, probe_at, status_code, error)
      SELECT $1, 1, now, now + make_interval(secs => $5 / 1000.0), $3, $4
      FROM (SELECT CASE WHEN $2 <= 1 THEN statement_timestamp() END AS now) AS opening
      ON CONFLICT (integration_id) DO UPDATE SET
        failures = known.failures + 1, status_code = $3, error = $4,
        opened_at = CASE WHEN known.opened_at IS NULL AND known.failures + 1 >= $2 THEN statement_timestamp()
                    ELSE known.opened_at END,
        probe_at = CASE WHEN known.opened_at IS NULL AND known.failures + 1 >= $2
                   THEN statement_timestamp() + make_interval(secs => $5 / 1000.0) ELSE known.probe_at END
      RETURNING opened_at IS NOT DISTINCT FROM statement_timestamp()::timestamptz(3) AS opened`,
    values: [integrationId, opensAt, statusCode, error, pauses.first],
  });
  return rows[0]?.opened ?? false;
}

/**
 * Ends a run of failures and closes the breaker.
 *
 * A call that was made before it opened proves nothing against what opened it. When it was made is reckoned from its
 * age: the clock of this process may be another one than that of the database. What the statement takes to get there
 * makes the call seem that much younger.
 * @param ageMs how long ago the call was started
 * @returns whether it was open
 */
export async function noteSuccess(
  database: Queryable,
  { integrationId, ageMs }: { readonly integrationId: string; readonly ageMs: number },
): Promise<boolean> {
  const { rows } = await database.query<{ was_open: boolean }>({
    name: 'note-success',
    text: `
      WITH before AS (
        SELECT integration_id, opened_at FROM breaker
        WHERE integration_id = $1 AND failures > 0
          AND coalesce(opened_at <= clock_timestamp() - make_interval(secs => $2 / 1000.0), true)
        FOR NO KEY UPDATE)
      UPDATE breaker SET failures = 0, opened_at = NULL, probes = 0, probe_at = NULL, status_code = NULL, error = NULL,
        closed_at = CASE WHEN before.opened_at IS NULL THEN closed_at ELSE clock_timestamp() END
      FROM before WHERE breaker.integration_id = before.integration_id
      RETURNING before.opened_at IS NOT NULL AS was_open`,
    values: [integrationId, ageMs],
  });
  return rows[0]?.was_open ?? false;
}

/**
 * Takes the probe of an open breaker that is due: one message may be claimed, and the next probe comes later.
 * @returns the how manieth since it opened, 0 when none is due or somebody else has taken it
 */
export async function takeProbe(
  database: Queryable,
  integrationId: string,
  pauses: ProbePauses,
): Promise<number> {
  const { rows } = await database.query<{ probes: number }>({
    name: 'take-probe',
    text: `
      UPDATE breaker SET probes = probes + 1,
        probe_at = clock_timestamp()
          + make_interval(secs => least($2 * 2 ^ least(probes + 1, 30), $3::float8) / 1000.0)
      WHERE integration_id = $1 AND opened_at IS NOT NULL AND probe_at <= clock_timestamp()
      RETURNING probes`,
    values: [integrationId, pauses.first, pauses.last],
  });
  return rows[0]?.probes ?? 0;
}

/** Whether a message may be claimed for the integration: it is closed, or this is its probe. */
export async function passesBreaker(
  database: Queryable,
  integrationId: string,
  pauses: ProbePauses,
): Promise<boolean> {
  if ((await takeProbe(database, integrationId, pauses)) > 0) return true;
  const { rowCount } = await database.query(
    'SELECT FROM breaker WHERE integration_id = $1 AND opened_at IS NOT NULL',
    [integrationId],
  );
  return rowCount === 0;
}

/** An open breaker, as operators see it. */
export interface OpenBreaker {
  readonly integration: string;
  readonly since: Date;
  readonly statusCode: string | null;
  readonly error: string | null;
  readonly probes: number;
  readonly nextProbeAt: Date;
}

/** The open breakers of a project. */
export async function readOpenBreakers(
  database: Queryable,
  projectId: string,
): Promise<readonly OpenBreaker[]> {
  const { rows } = await database.query<OpenBreaker>(
    `SELECT integration.key AS integration, opened_at AS since, status_code AS "statusCode", error, probes,
            probe_at AS "nextProbeAt"
     FROM breaker JOIN integration ON integration.id = integration_id
     WHERE integration.project_id = $1 AND opened_at IS NOT NULL ORDER BY opened_at`,
    [projectId],
  );
  return rows;
}
