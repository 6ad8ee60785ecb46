import { MemberSet } from '../domain/member-set.ts';
import type { Queryable, Pool } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** One visit's node and pass in its cohort. */
export interface DeferralScope {
  readonly cohortId: string;
  readonly runId: string;
  readonly nodeId: string;
  readonly pass: number;
  /** Of the cohort. */
  readonly size: number;
}

export interface Deferral {
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly members: MemberSet;
}

/**
 * Writes down whom the gate has put off, and until when; whoever was put off until another instant that is still to come no longer is.
 *
 * Nothing goes by it but people: the walk knows by itself when it wakes.
 */
export function recordDeferrals(
  pool: Pool,
  { cohortId, runId, nodeId, pass, size }: DeferralScope,
  reason: string,
  deferrals: readonly Deferral[],
): Promise<void> {
  return inTransaction(pool, async (connection) => {
    // Two visits of one node and pass may write at once.
    await connection.query('SELECT FROM cohort WHERE id = $1 FOR NO KEY UPDATE', [cohortId]);
    const { rows } = await connection.query<{ until: Date; members: Buffer }>({
      name: 'read-deferrals',
      text: `
        SELECT until, members FROM deferral
        WHERE cohort_id = $1 AND node_id = $2 AND pass = $3 AND reason = $4
          AND (until > clock_timestamp() OR until = ANY ($5::timestamptz[]))`,
      values: [cohortId, nodeId, pass, reason, deferrals.map(({ until }) => new Date(until))],
    });
    const known = rows.map(({ until, members }) => ({
      until: until.getTime(),
      members: MemberSet.fromHex(size, members.toString('hex')),
    }));
    const written = merged(size, known, deferrals);
    await connection.query({
      name: 'write-deferrals',
      text: `
        INSERT INTO deferral (cohort_id, node_id, pass, reason, until, run_id, members)
        SELECT $1, $2, $3, $4, to_timestamp(until), $5, members
        FROM unnest($6::float8[], $7::bytea[]) AS t (until, members)
        ON CONFLICT (cohort_id, node_id, pass, reason, until) DO UPDATE SET members = EXCLUDED.members`,
      values: [
        ...[cohortId, nodeId, pass, reason, runId],
        written.map(({ until }) => until / 1_000),
        written.map(({ members }) => Buffer.from(members.toHex(), 'hex')),
      ],
    });
  });
}

/** How many customers of a run wait until when, by node: those who are still there. */
export async function readDeferrals(
  database: Queryable,
  runId: string,
  reason: string,
): Promise<readonly { readonly nodeId: string; readonly until: Date; readonly customers: number }[]> {
  const { rows } = await database.query<{ nodeId: string; until: Date; customers: number }>(
    `SELECT node_id AS "nodeId", until, sum(bit_count(members))::int AS customers
     FROM deferral JOIN cohort ON cohort.id = cohort_id
     WHERE deferral.run_id = $1 AND reason = $2 AND until > clock_timestamp() AND cohort.finished_at IS NULL
     GROUP BY 1, 2 HAVING sum(bit_count(members)) > 0 ORDER BY 2, 1`,
    [runId, reason],
  );
  return rows;
}

function merged(size: number, known: readonly Deferral[], fresh: readonly Deferral[]): readonly Deferral[] {
  const all = fresh.reduce((set, { members }) => set.union(members), MemberSet.empty(size));
  const instants = [...new Set([...known, ...fresh].map(({ until }) => until))];
  const at = (deferrals: readonly Deferral[], instant: number): MemberSet =>
    deferrals
      .filter(({ until }) => until === instant)
      .reduce((set, { members }) => set.union(members), MemberSet.empty(size));
  return instants.map((until) => ({ until, members: at(known, until).minus(all).union(at(fresh, until)) }));
}
