import { MemberSet } from '../domain/member-set.ts';
import { groupBy } from '../domain/group-by.ts';
import type { Departure, PlaceRecord, WalkRecord, WalkRecordAnswer } from '../domain/walk-record.ts';
import type { Connection, Pool } from './pool.ts';
import { inTransaction } from './transaction.ts';

export interface CohortRef {
  readonly month: number;
  readonly cohortId: string;
  readonly runId: string;
  readonly size: number;
}

/**
 * Writes a step of a cohort's walk: the trace of those who left, and where everybody is afterwards.
 *
 * A member whose way out of this node and pass had been recorded before keeps it, and the answer says which it was.
 * Writing the same record again changes nothing.
 */
export function recordWalk(pool: Pool, cohort: CohortRef, record: WalkRecord): Promise<WalkRecordAnswer> {
  return inTransaction(pool, async (connection) => {
    const { rows } = await connection.query<{ step: number }>(
      'SELECT step FROM cohort WHERE id = $1 FOR NO KEY UPDATE',
      [cohort.cohortId],
    );
    const conflicts = await writeTrace(connection, cohort, record.departures);
    if (record.step > (rows[0]?.step ?? 0)) await writePlaces(connection, cohort, record);
    return { conflicts };
  });
}

interface TraceRow {
  node_id: string;
  pass: number;
  outcome: string;
  reason: string;
  outlet: string;
  next_node_id: string | null;
  exit: string | null;
  members: string;
}

async function writeTrace(
  connection: Connection,
  cohort: CohortRef,
  departures: readonly Departure[],
): Promise<readonly Departure[]> {
  if (departures.length === 0) return [];
  const { rows } = await connection.query<TraceRow>({
    name: 'read-trace',
    text: `
      SELECT node_id, pass, outcome, reason, outlet, next_node_id, exit, encode(members, 'hex') AS members
      FROM trace WHERE month = $1 AND cohort_id = $2 AND node_id = ANY ($3::text[])`,
    values: [cohort.month, cohort.cohortId, [...new Set(departures.map((departure) => departure.nodeId))]],
  });
  const known = rows.map(departureOfRow);
  const conflicts: Departure[] = [];
  const fresh: Departure[] = [];
  for (const departure of departures) {
    let members = MemberSet.fromHex(cohort.size, departure.members);
    for (const earlier of known.filter(
      (row) => row.nodeId === departure.nodeId && row.pass === departure.pass,
    )) {
      const again = members.intersect(MemberSet.fromHex(cohort.size, earlier.members));
      if (again.isEmpty()) continue;
      members = members.minus(again);
      if (!sameRoute(earlier, departure)) conflicts.push({ ...earlier, members: again.toHex() });
    }
    if (!members.isEmpty()) fresh.push({ ...departure, members: members.toHex() });
  }
  await upsertTrace(connection, cohort, fresh, known);
  return conflicts;
}

function sameRoute(a: Departure, b: Departure): boolean {
  return (
    a.nextNodeId === b.nextNodeId && a.exit === b.exit && a.outcome === b.outcome && a.reason === b.reason
  );
}

async function upsertTrace(
  connection: Connection,
  cohort: CohortRef,
  fresh: readonly Departure[],
  known: readonly Departure[],
): Promise<void> {
  const union = (group: readonly Departure[]): string =>
    group
      .reduce(
        (set, { members }) => set.union(MemberSet.fromHex(cohort.size, members)),
        MemberSet.empty(cohort.size),
      )
      .toHex();
  const groups = [...groupBy(fresh, traceKey)].flatMap(([key, group]) => {
    const [first] = group;
    const earlier = known.filter((row) => traceKey(row) === key);
    return first ? [{ ...first, members: union([...group, ...earlier]) }] : [];
  });
  if (groups.length === 0) return;
  await connection.query({
    name: 'upsert-trace',
    text: `
      INSERT INTO trace (month, cohort_id, run_id, node_id, pass, outcome, reason, outlet, next_node_id, exit, members,
                         first_at, last_at)
      SELECT $1, $2, $3, node_id, pass, outcome, reason, outlet, next_node_id, exit, decode(members, 'hex'),
             clock_timestamp(), clock_timestamp()
      FROM unnest($4::text[], $5::int[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
        AS t (node_id, pass, outcome, reason, outlet, next_node_id, exit, members)
      ON CONFLICT (month, cohort_id, node_id, pass, outcome, reason)
      DO UPDATE SET members = EXCLUDED.members, last_at = EXCLUDED.last_at`,
    values: [
      cohort.month,
      cohort.cohortId,
      cohort.runId,
      groups.map((group) => group.nodeId),
      groups.map((group) => group.pass),
      groups.map((group) => group.outcome),
      groups.map((group) => group.reason),
      groups.map((group) => group.outlet),
      groups.map((group) => group.nextNodeId),
      groups.map((group) => group.exit),
      groups.map((group) => group.members),
    ],
  });
}

function traceKey({ nodeId, pass, outcome, reason }: Departure): string {
  return JSON.stringify([nodeId, pass, outcome, reason]);
}

function departureOfRow(row: TraceRow): Departure {
  return {
    nodeId: row.node_id,
    pass: row.pass,
    outcome: row.outcome,
    reason: row.reason,
    outlet: row.outlet,
    nextNodeId: row.next_node_id,
    exit: row.exit,
    members: row.members,
  };
}

async function writePlaces(connection: Connection, cohort: CohortRef, record: WalkRecord): Promise<void> {
  const { places } = record;
  const stuck = places.filter((place) => place.stuck !== null).map((place) => place.number);
  await connection.query({
    name: 'write-step',
    text: `
      WITH closed AS (
        UPDATE incident SET closed_at = clock_timestamp()
        WHERE cohort_id = $1 AND closed_at IS NULL AND visit_number <> ALL ($3::int[]))
      UPDATE cohort SET step = $2 WHERE id = $1`,
    values: [cohort.cohortId, record.step, stuck],
  });
  await connection.query('DELETE FROM visit WHERE cohort_id = $1 AND number <> ALL ($2::int[])', [
    cohort.cohortId,
    places.map((place) => place.number),
  ]);
  if (places.length === 0) return;
  await connection.query({
    name: 'write-places',
    text: `
      INSERT INTO visit (cohort_id, number, node_id, pass, members, arrived_at, opened_at, state)
      SELECT $1, number, node_id, pass, decode(members, 'hex'), to_timestamp(arrived_at), to_timestamp(opened_at), state
      FROM unnest($2::int[], $3::text[], $4::int[], $5::text[], $6::float8[], $7::float8[], $8::jsonb[])
        AS t (number, node_id, pass, members, arrived_at, opened_at, state)
      ON CONFLICT (cohort_id, number)
      DO UPDATE SET members = EXCLUDED.members, opened_at = EXCLUDED.opened_at, state = EXCLUDED.state
      WHERE (visit.members, visit.opened_at, visit.state)
        IS DISTINCT FROM (EXCLUDED.members, EXCLUDED.opened_at, EXCLUDED.state)`,
    values: [
      cohort.cohortId,
      places.map((place) => place.number),
      places.map((place) => place.nodeId),
      places.map((place) => place.pass),
      places.map((place) => place.members),
      places.map((place) => place.arrivedAt / 1_000),
      places.map((place) => (place.opened ? place.openedAt / 1_000 : null)),
      places.map((place) => JSON.stringify(place.state)),
    ],
  });
  await openIncidents(connection, cohort, places);
}

async function openIncidents(
  connection: Connection,
  cohort: CohortRef,
  places: readonly PlaceRecord[],
): Promise<void> {
  const stuck = places.filter((place) => place.stuck !== null);
  if (stuck.length === 0) return;
  await connection.query(
    `INSERT INTO incident (cohort_id, visit_number, run_id, node_id, code, message, opened_at)
     SELECT $1, number, $2, node_id, code, message, to_timestamp(at / 1000.0)
     FROM unnest($3::int[], $4::text[], $5::text[], $6::text[], $7::float8[]) AS t (number, node_id, code, message, at)
     ON CONFLICT (cohort_id, visit_number) DO UPDATE SET
       code = EXCLUDED.code, message = EXCLUDED.message, opened_at = EXCLUDED.opened_at, closed_at = NULL,
       decision = NULL, decided_at = NULL, decided_by = NULL
     WHERE incident.opened_at < EXCLUDED.opened_at`,
    [
      cohort.cohortId,
      cohort.runId,
      stuck.map((place) => place.number),
      stuck.map((place) => place.nodeId),
      stuck.map((place) => place.stuck?.code),
      stuck.map((place) => place.stuck?.message),
      stuck.map((place) => place.stuck?.at),
    ],
  );
}
