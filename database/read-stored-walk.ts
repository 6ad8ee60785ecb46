import type { JsonObject } from '../domain/json.ts';
import { MemberSet } from '../domain/member-set.ts';
import type { StoredWalk } from '../domain/stored-walk.ts';
import type { PlaceRecord } from '../domain/walk-record.ts';
import type { Queryable } from './pool.ts';
import type { CohortRow } from './read-cohort.ts';

/**
 * Where a cohort's walk stood at its last record: for a workflow that takes the place of a lost one.
 *
 * What happened since is done again, which every effect bears.
 */
export async function readStoredWalk(database: Queryable, cohort: CohortRow): Promise<StoredWalk> {
  const [places, trace] = await Promise.all([readPlaces(database, cohort), readTrace(database, cohort)]);
  const { size } = cohort;
  const entered = new Map<string, MemberSet[]>();
  const tally: Record<string, Record<string, number>> = {};
  let exited = MemberSet.empty(size);
  const enter = (nodeId: string, pass: number, members: MemberSet): void => {
    const levels = entered.get(nodeId) ?? [];
    for (let level = 0; level < pass; level += 1) {
      levels[level] = (levels[level] ?? MemberSet.empty(size)).union(members);
    }
    entered.set(nodeId, levels);
  };
  for (const { nodeId, pass, members } of places) enter(nodeId, pass, MemberSet.fromHex(size, members));
  for (const row of trace) {
    const members = MemberSet.fromHex(size, row.members);
    enter(row.node_id, row.pass, members);
    const counts = (tally[row.node_id] ??= {});
    counts[row.outcome] = (counts[row.outcome] ?? 0) + members.count();
    if (row.exit !== null) exited = exited.union(members);
  }
  return {
    step: cohort.step,
    table: {
      nextNumber: await nextNumber(database, cohort.cohortId),
      places,
      entered: Object.fromEntries(
        [...entered].map(([nodeId, levels]) => [nodeId, levels.map((level) => level.toHex())]),
      ),
      exited: exited.toHex(),
    },
    awaited: await readAwaited(database, cohort, places),
    unread: [],
    tally,
  };
}

async function readPlaces(database: Queryable, { cohortId }: CohortRow): Promise<readonly PlaceRecord[]> {
  const { rows } = await database.query<{
    number: number;
    node_id: string;
    pass: number;
    members: string;
    arrived_at: Date;
    opened_at: Date | null;
    state: JsonObject;
    code: string | null;
    message: string;
    stuck_at: Date;
  }>(
    `SELECT visit.number, visit.node_id, visit.pass, encode(visit.members, 'hex') AS members, arrived_at,
            visit.opened_at, visit.state, incident.code, incident.message, incident.opened_at AS stuck_at
     FROM visit LEFT JOIN incident ON incident.cohort_id = visit.cohort_id AND visit_number = visit.number
       AND closed_at IS NULL
     WHERE visit.cohort_id = $1 ORDER BY visit.number`,
    [cohortId],
  );
  return rows.map((row) => ({
    number: row.number,
    nodeId: row.node_id,
    pass: row.pass,
    members: row.members,
    arrivedAt: row.arrived_at.getTime(),
    opened: row.opened_at !== null,
    openedAt: row.opened_at?.getTime() ?? 0,
    state: row.state,
    stuck: row.code === null ? null : { code: row.code, message: row.message, at: row.stuck_at.getTime() },
  }));
}

async function readTrace(
  database: Queryable,
  { month, cohortId }: CohortRow,
): Promise<
  readonly { node_id: string; pass: number; outcome: string; exit: string | null; members: string }[]
> {
  const { rows } = await database.query<{
    node_id: string;
    pass: number;
    outcome: string;
    exit: string | null;
    members: string;
  }>(
    `SELECT node_id, pass, outcome, exit, encode(members, 'hex') AS members FROM trace
     WHERE month = $1 AND cohort_id = $2`,
    [month, cohortId],
  );
  return rows;
}

/** Above every number that a visit of the cohort has had as far as anything still tells. */
async function nextNumber(database: Queryable, cohortId: string): Promise<number> {
  const { rows } = await database.query<{ highest: number }>(
    `SELECT greatest((SELECT max(number) FROM visit WHERE cohort_id = $1),
                     (SELECT max(visit_number) FROM incident WHERE cohort_id = $1), 0) AS highest`,
    [cohortId],
  );
  return (rows[0]?.highest ?? 0) + 1;
}

/** Open messages of members who have left the message's node. */
async function readAwaited(
  database: Queryable,
  { month, cohortId, size, frozen }: CohortRow,
  places: readonly PlaceRecord[],
): Promise<StoredWalk['awaited']> {
  const { rows } = await database.query<{
    action_id: number;
    pass: number;
    deadline: Date | null;
    members: number[];
  }>(
    `SELECT action_id, pass, max(receipt_due_at) AS deadline, array_agg(member_index) AS members FROM message
     WHERE month = $1 AND cohort_id = $2 AND ended_at IS NULL GROUP BY 1, 2`,
    [month, cohortId],
  );
  return rows.flatMap((row) => {
    const nodeId = frozen.nodes.find((node) => node.actionId === row.action_id)?.id;
    if (nodeId === undefined || row.deadline === null) return [];
    const here = places.filter((place) => place.nodeId === nodeId && place.pass === row.pass);
    const left = here.reduce(
      (set, { members }) => set.minus(MemberSet.fromHex(size, members)),
      MemberSet.of(size, row.members),
    );
    if (left.isEmpty()) return [];
    return [{ nodeId, pass: row.pass, deadline: row.deadline.getTime(), members: left.toHex() }];
  });
}
