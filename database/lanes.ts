import { findSlot, type Lane } from '../domain/lanes.ts';
import type { ConsentClass } from '../domain/gate.ts';
import { SHARE_OF_CLASS, type Rates } from '../domain/rates.ts';
import type { Connection, Pool, Queryable } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** One message node's visit, with what its messages share lanes by. */
export interface LaneVisit {
  readonly cohortId: string;
  readonly actionId: number;
  readonly pass: number;
  readonly leg: number;
  /** What tells the visits of one node and pass apart. */
  readonly plannedAt: number;
  readonly runId: string;
  readonly senderId: string;
  readonly integrationId: string;
  readonly consentClass: ConsentClass;
}

export interface WantedSlot {
  /** That are to leave, 1 or more. */
  readonly messages: number;
  readonly rates: Rates;
  /** Messages a second of what was kept, for each integration and class; null when these were not kept. */
  readonly backlogRate: number | null;
}

/** A stretch of its lanes' time that is one visit's. */
export interface Slot {
  /** Milliseconds from now; negative once it has begun. */
  readonly startsInMs: number;
  readonly endsInMs: number;
  /** As many messages as leave in it. */
  readonly size: number;
  /** Milliseconds from now to the end of the visit's slot before this one; null when it is the first. */
  readonly formerEndsInMs: number | null;
  /** Whether it had been reserved before. */
  readonly known: boolean;
}

/** How long after its end a slot may still be used: walks wake up to a second late, and workers may have much to do. */
export const LATE_MS = 5_000;
/** For how long it is remembered that a visit has had its turn. */
const KEPT_HOURS = 48;

/**
 * The slot of a visit that it has not used yet; reserved on every lane that has a rate if it has none.
 *
 * A transaction of its own: nothing else is locked while lanes are. What a slot takes of its lanes stays taken until its end,
 * also when it was used sooner or not at all.
 */
export function reserveSlot(pool: Pool, visit: LaneVisit, wanted: WantedSlot): Promise<Slot> {
  return inTransaction(pool, async (connection) => {
    const lanes = lanesOf(visit, wanted);
    await connection.query(
      `SELECT pg_advisory_xact_lock(hashtextextended(key, 0))
       FROM (SELECT key FROM unnest($1::text[]) AS wanted (key) ORDER BY key) AS sorted`,
      [lanes.map(({ key }) => key)],
    );
    const own = await readOwn(connection, visit);
    const unused = own.find(({ used, endsInMs }) => !used && endsInMs > -LATE_MS);
    const ended = own.filter((slot) => slot !== unused).map(({ endsInMs }) => endsInMs);
    const formerEndsInMs = ended.length > 0 ? Math.max(...ended) : null;
    if (unused) return { ...unused, formerEndsInMs, known: true };
    const taken = await readTaken(connection, visit);
    const found = findSlot(
      lanes.map(({ messagesPerSecond, shares }): Lane => ({
        messagesPerSecond,
        taken: taken.filter(shares),
      })),
      wanted.messages,
    );
    await insertSlot(connection, visit, { ...found, wanted });
    return { ...found, formerEndsInMs, known: false };
  });
}

interface TakenRow {
  readonly startsInMs: number;
  readonly endsInMs: number;
  readonly messagesPerSecond: number;
  readonly ofIntegration: boolean;
  readonly ofSender: boolean;
  readonly ofRun: boolean;
  readonly backlog: boolean;
  readonly consentClass: ConsentClass;
}

interface NamedLane {
  readonly key: string;
  readonly messagesPerSecond: number;
  readonly shares: (slot: TakenRow) => boolean;
}

function lanesOf(visit: LaneVisit, { rates, backlogRate }: WantedSlot): readonly NamedLane[] {
  const { integrationId, senderId, runId, consentClass } = visit;
  const lane = (key: string, rate: number | null, shares: NamedLane['shares']): readonly NamedLane[] =>
    rate === null ? [] : [{ key: `lane ${key}`, messagesPerSecond: rate, shares }];
  const share = SHARE_OF_CLASS[consentClass];
  return [
    ...lane(integrationId, rates.integration && rates.integration * share, (slot) => slot.ofIntegration),
    ...lane(senderId, rates.sender, (slot) => slot.ofSender),
    ...lane(runId, rates.run, (slot) => slot.ofRun),
    ...lane(
      `${integrationId} ${consentClass}`,
      backlogRate,
      (slot) => slot.backlog && slot.ofIntegration && slot.consentClass === consentClass,
    ),
  ];
}

const OWN = `cohort_id = $1 AND action_id = $2 AND pass = $3 AND leg = $4
  AND planned_at = to_timestamp($5 / 1000.0)::timestamptz(3)`;
const TIMES = `
  extract(epoch FROM starts_at - clock_timestamp())::float8 * 1000 AS "startsInMs",
  extract(epoch FROM ends_at - clock_timestamp())::float8 * 1000 AS "endsInMs"`;

function ownKey({ cohortId, actionId, pass, leg, plannedAt }: LaneVisit): readonly unknown[] {
  return [cohortId, actionId, pass, leg, plannedAt];
}

type OwnRow = Pick<Slot, 'startsInMs' | 'endsInMs' | 'size'> & { readonly used: boolean };

async function readOwn(connection: Connection, visit: LaneVisit): Promise<readonly OwnRow[]> {
  const { rows } = await connection.query<OwnRow>({
    name: 'own-slots',
    text: `SELECT ${TIMES}, size, used FROM lane_slot WHERE ${OWN}`,
    values: [...ownKey(visit)],
  });
  return rows;
}

async function readTaken(connection: Connection, visit: LaneVisit): Promise<readonly TakenRow[]> {
  const { rows } = await connection.query<TakenRow>({
    name: 'taken-slots',
    text: `
      SELECT ${TIMES}, size / extract(epoch FROM ends_at - starts_at)::float8 AS "messagesPerSecond", backlog,
             consent_class AS "consentClass", integration_id = $1 AS "ofIntegration", sender_id = $2 AS "ofSender",
             run_id = $3 AS "ofRun"
      FROM lane_slot
      WHERE ends_at > clock_timestamp() AND (integration_id = $1 OR sender_id = $2 OR run_id = $3)`,
    values: [visit.integrationId, visit.senderId, visit.runId],
  });
  return rows;
}

async function insertSlot(
  connection: Connection,
  visit: LaneVisit,
  slot: {
    readonly startsInMs: number;
    readonly endsInMs: number;
    readonly size: number;
    readonly wanted: WantedSlot;
  },
): Promise<void> {
  const { startsInMs, endsInMs, size, wanted } = slot;
  await connection.query({
    name: 'insert-slot',
    text: `
      WITH forgotten AS (
        DELETE FROM lane_slot
        WHERE integration_id = $12 AND ends_at < clock_timestamp() - make_interval(hours => ${KEPT_HOURS}))
      INSERT INTO lane_slot (cohort_id, action_id, pass, leg, planned_at, starts_at, ends_at, size, unreserved,
                             run_id, sender_id, integration_id, consent_class, backlog)
      SELECT $1, $2, $3, $4, to_timestamp($5 / 1000.0), now + make_interval(secs => $6 / 1000.0),
             now + make_interval(secs => $7 / 1000.0), $8, $9, $10, $11, $12, $13, $14
      FROM (SELECT clock_timestamp() AS now) AS clock`,
    values: [
      ...ownKey(visit),
      startsInMs,
      endsInMs,
      size,
      wanted.messages - size,
      visit.runId,
      visit.senderId,
      visit.integrationId,
      visit.consentClass,
      wanted.backlogRate !== null,
    ],
  });
}

/** A visit has used its slot: what is left of it takes another one. */
export async function closeSlot(pool: Pool, visit: LaneVisit): Promise<void> {
  await pool.query({
    name: 'close-slot',
    text: `UPDATE lane_slot SET used = true WHERE ${OWN} AND NOT used`,
    values: [...ownKey(visit)],
  });
}

/**
 * When what waits for its turn will have left, of what has come to its node by now; null when nothing waits.
 *
 * What has no slot yet is reckoned to leave as fast as the visits do that it belongs to.
 */
export async function turnsUntil(database: Queryable, runId: string): Promise<Date | null> {
  const { rows } = await database.query<{ until: Date | null }>(
    `SELECT max(ends_at) + make_interval(secs =>
              coalesce(sum(unreserved) / max(size / extract(epoch FROM ends_at - starts_at)::float8), 0)) AS until
     FROM lane_slot WHERE run_id = $1 AND ends_at > clock_timestamp()`,
    [runId],
  );
  return rows[0]?.until ?? null;
}
