import type { ConsentClass } from '../domain/gate.ts';
import type { Pool, Queryable } from './pool.ts';

/** One message node's visit, whose messages leave on the lane of their integration and class. */
export interface LaneVisit {
  readonly cohortId: string;
  readonly actionId: number;
  readonly pass: number;
  /** What tells the visits of one node and pass apart. */
  readonly plannedAt: number;
  readonly integrationId: string;
  readonly consentClass: ConsentClass;
}

/** A stretch of a lane's time that is one visit's. */
export interface Slot {
  /** Milliseconds from now; negative once it has begun. */
  readonly startsInMs: number;
  /** As many messages as leave in it. */
  readonly size: number;
}

/** Longest stretch that one visit reserves. */
const LONGEST_MS = 300_000;
/** After its end a slot is still its visit's for this long: an attempt that was killed is repeated. */
const KEPT_SECONDS = 60;

/**
 * The slot of a visit, reserved behind all others of its lane if it has none.
 *
 * A transaction of its own: nothing else is locked while a lane is. A slot that nobody has used is given up a minute
 * after its end.
 * @param wanted messages that are to leave, and the milliseconds between two of them
 */
export async function reserveSlot(
  pool: Pool,
  visit: LaneVisit,
  wanted: { readonly messages: number; readonly gapMs: number },
): Promise<Slot> {
  const key = [visit.cohortId, visit.actionId, visit.pass, visit.plannedAt];
  const { rows: own } = await pool.query<Slot>({
    name: 'own-slot',
    text: `
      SELECT ${STARTS_IN_MS}, size FROM lane_slot
      WHERE ${IS_OWN} AND ends_at > clock_timestamp() - make_interval(secs => $5)`,
    values: [...key, KEPT_SECONDS],
  });
  if (own[0]) return own[0];
  const size = Math.max(1, Math.min(wanted.messages, Math.floor(LONGEST_MS / wanted.gapMs)));
  const { rows } = await pool.query<Slot>({
    name: 'reserve-slot',
    text: `
      WITH stretch AS (
        INSERT INTO lane (integration_id, consent_class, next_free_at)
        VALUES ($5, $6, clock_timestamp() + make_interval(secs => $7))
        ON CONFLICT (integration_id, consent_class) DO UPDATE SET
          next_free_at = greatest(lane.next_free_at, clock_timestamp()) + make_interval(secs => $7)
        RETURNING next_free_at
      ), given_up AS (
        DELETE FROM lane_slot
        WHERE integration_id = $5 AND consent_class = $6 AND NOT (${IS_OWN})
          AND ends_at < clock_timestamp() - make_interval(secs => $9))
      INSERT INTO lane_slot (cohort_id, action_id, pass, planned_at, integration_id, consent_class, starts_at, ends_at, size)
      SELECT $1, $2, $3, to_timestamp($4 / 1000.0), $5, $6, next_free_at - make_interval(secs => $7), next_free_at, $8
      FROM stretch
      ON CONFLICT (cohort_id, action_id, pass, planned_at) DO UPDATE SET
        integration_id = EXCLUDED.integration_id, consent_class = EXCLUDED.consent_class,
        starts_at = EXCLUDED.starts_at, ends_at = EXCLUDED.ends_at, size = EXCLUDED.size
      RETURNING ${STARTS_IN_MS}, size`,
    values: [
      ...key,
      visit.integrationId,
      visit.consentClass,
      (size * wanted.gapMs) / 1_000,
      size,
      KEPT_SECONDS,
    ],
  });
  const [slot] = rows;
  if (!slot) throw new Error('A lane has answered nothing.');
  return slot;
}

const IS_OWN =
  'cohort_id = $1 AND action_id = $2 AND pass = $3 AND planned_at = to_timestamp($4 / 1000.0)::timestamptz(3)';
const STARTS_IN_MS = 'extract(epoch FROM starts_at - clock_timestamp())::float8 * 1000 AS "startsInMs"';

/** Gives a slot back that has been used. */
export async function closeSlot(pool: Pool, visit: LaneVisit): Promise<void> {
  await pool.query({
    name: 'close-slot',
    text: `DELETE FROM lane_slot WHERE ${IS_OWN}`,
    values: [visit.cohortId, visit.actionId, visit.pass, visit.plannedAt],
  });
}

/** When what was kept of a run and has a slot by now will have left; null when nothing of it waits for its turn. */
export async function backlogUntil(database: Queryable, runId: string): Promise<Date | null> {
  const { rows } = await database.query<{ until: Date | null }>(
    `SELECT max(ends_at) AS until FROM lane_slot JOIN cohort ON cohort.id = cohort_id
     WHERE run_id = $1 AND ends_at > clock_timestamp()`,
    [runId],
  );
  return rows[0]?.until ?? null;
}
