import type { MessageState } from '../domain/states.ts';
import { DUE_BY } from './due-by.ts';
import type { Connection, Pool, Queryable } from './pool.ts';
import { inTransaction } from './transaction.ts';

/** One message node's stay in one cohort. */
export interface HintKey {
  readonly month: number;
  readonly cohortId: string;
  readonly actionId: number;
  readonly pass: number;
}

/** Asks for hints; from the commit on no receipt of these messages goes unnoticed. */
export async function armHint(
  database: Queryable,
  hint: HintKey & { nodeId: string; early: boolean; firstMs: number },
): Promise<void> {
  await database.query({
    name: 'arm-hint',
    text: `
      INSERT INTO hint (cohort_id, action_id, pass, month, node_id, early, due_at, interval_ms)
      VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp() + make_interval(secs => $7 / 1000.0), $7)
      ON CONFLICT (cohort_id, action_id, pass) DO UPDATE SET early = EXCLUDED.early, marks = hint.marks + 1`,
    values: [hint.cohortId, hint.actionId, hint.pass, hint.month, hint.nodeId, hint.early, hint.firstMs],
  });
}

/** What tells the hint of a message, as its row spells it. */
export interface HintedMessage {
  readonly month: number;
  readonly cohort_id: string;
  readonly action_id: number;
  readonly pass: number;
}

/**
 * Notes in the transaction that ended messages that their cohorts may be hinted: at once when no message of the node
 * is open any more, otherwise when the hint's interval is over, if hints are wanted early at all.
 */
export async function markHints(connection: Connection, messages: readonly HintedMessage[]): Promise<void> {
  const keys = new Map(
    messages.map((message) => [`${message.cohort_id}/${message.action_id}/${message.pass}`, message]),
  );
  const distinct = [...keys.values()];
  if (distinct.length === 0) return;
  const values = [
    distinct.map((message) => message.month),
    distinct.map((message) => message.cohort_id),
    distinct.map((message) => message.action_id),
    distinct.map((message) => message.pass),
  ];
  // Two statements: only one that begins under the locks sees what a transaction that ends beside this one has ended.
  await lockHints(connection, distinct);
  await connection.query({
    name: 'mark-hints',
    text: `
      WITH ended AS MATERIALIZED (
        SELECT hint.cohort_id, hint.action_id, hint.pass, NOT EXISTS (
          SELECT FROM message
          WHERE message.month = ANY ($1::int[]) AND message.month = t.month AND message.run_id = cohort.run_id
            AND message.cohort_id = t.cohort_id AND message.action_id = t.action_id AND message.pass = t.pass
            AND message.ended_at IS NULL) AS complete
        FROM unnest($1::int[], $2::bigint[], $3::int[], $4::int[]) AS t (month, cohort_id, action_id, pass)
        JOIN hint ON hint.cohort_id = t.cohort_id AND hint.action_id = t.action_id AND hint.pass = t.pass
        JOIN cohort ON cohort.id = t.cohort_id)
      UPDATE hint SET dirty = complete OR early, marks = marks + 1,
        due_at = CASE WHEN complete THEN clock_timestamp() ELSE due_at END
      FROM ended
      WHERE hint.cohort_id = ended.cohort_id AND hint.action_id = ended.action_id AND hint.pass = ended.pass`,
    values,
  });
}

/** Locks hints in the order in which everybody does: two who want the same ones wait for each other, in no deadlock. */
async function lockHints(
  connection: Connection,
  hints: readonly Pick<HintedMessage, 'cohort_id' | 'action_id' | 'pass'>[],
): Promise<void> {
  await connection.query({
    name: 'lock-hints',
    text: `
      SELECT FROM hint JOIN unnest($1::bigint[], $2::int[], $3::int[]) AS t (cohort_id, action_id, pass)
        ON hint.cohort_id = t.cohort_id AND hint.action_id = t.action_id AND hint.pass = t.pass
      ORDER BY hint.cohort_id, hint.action_id, hint.pass FOR NO KEY UPDATE OF hint`,
    values: [
      hints.map((hint) => hint.cohort_id),
      hints.map((hint) => hint.action_id),
      hints.map((hint) => hint.pass),
    ],
  });
}

/** A hint that is due, with all that has ended so far: what an earlier hint said is said again. */
export interface DueHint extends HintKey {
  readonly nodeId: string;
  readonly workflowId: string;
  readonly size: number;
  readonly marks: number;
  readonly complete: boolean;
  readonly ended: readonly number[];
  /** Messages by state. */
  readonly states: Readonly<Partial<Record<MessageState, number>>>;
}

interface HintRow {
  cohort_id: string;
  action_id: number;
  pass: number;
  month: number;
  node_id: string;
  marks: number;
  workflow_id: string;
  size: number;
}

/** Takes hints that are due, at most `limit`; for `leaseMs` they are nobody else's. */
export async function takeDueHints(
  database: Queryable,
  limit: number,
  leaseMs: number,
): Promise<readonly DueHint[]> {
  const { rows } = await database.query<HintRow>({
    name: 'take-due-hints',
    text: `
      WITH due AS (
        SELECT cohort_id, action_id, pass FROM hint WHERE dirty AND due_at <= ${DUE_BY}
        ORDER BY due_at LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED)
      UPDATE hint SET due_at = clock_timestamp() + make_interval(secs => $2 / 1000.0)
      FROM due JOIN cohort ON cohort.id = due.cohort_id
      WHERE hint.cohort_id = due.cohort_id AND hint.action_id = due.action_id AND hint.pass = due.pass
      RETURNING hint.cohort_id, hint.action_id, hint.pass, hint.month, hint.node_id, hint.marks, cohort.workflow_id,
        cohort.size`,
    values: [limit, leaseMs],
  });
  return Promise.all(rows.map((row) => readHint(database, row)));
}

async function readHint(database: Queryable, row: HintRow): Promise<DueHint> {
  const { rows } = await database.query<{ state: MessageState; ended: boolean; members: number[] }>({
    name: 'read-hint',
    text: `
      SELECT state, ended_at IS NOT NULL AS ended, array_agg(member_index) AS members
      FROM message WHERE month = $1 AND cohort_id = $2 AND action_id = $3 AND pass = $4 GROUP BY 1, 2`,
    values: [row.month, row.cohort_id, row.action_id, row.pass],
  });
  // A member whose MMS has failed may have an SMS under way.
  const open = new Set(rows.flatMap(({ ended, members }) => (ended ? [] : members)));
  const states: Partial<Record<MessageState, number>> = {};
  for (const { state, members } of rows) states[state] = (states[state] ?? 0) + members.length;
  return {
    month: row.month,
    cohortId: row.cohort_id,
    actionId: row.action_id,
    pass: row.pass,
    nodeId: row.node_id,
    workflowId: row.workflow_id,
    size: row.size,
    marks: row.marks,
    complete: rows.every(({ ended }) => ended),
    ended: rows.flatMap(({ ended, members }) => (ended ? members.filter((index) => !open.has(index)) : [])),
    states,
  };
}

/**
 * Closes hints that were given: a complete one is gone, another one waits twice as long as before.
 *
 * What was noted while a hint was under way stays due.
 */
export async function closeHints(pool: Pool, hints: readonly DueHint[], lastMs: number): Promise<void> {
  if (hints.length === 0) return;
  const given = `unnest($1::bigint[], $2::int[], $3::int[], $4::int[], $5::boolean[])
    AS given (cohort_id, action_id, pass, marks, complete)
    WHERE hint.cohort_id = given.cohort_id AND hint.action_id = given.action_id AND hint.pass = given.pass`;
  const values = [
    hints.map((hint) => hint.cohortId),
    hints.map((hint) => hint.actionId),
    hints.map((hint) => hint.pass),
    hints.map((hint) => hint.marks),
    hints.map((hint) => hint.complete),
  ];
  await inTransaction(pool, async (connection) => {
    await lockHints(
      connection,
      hints.map((hint) => ({ cohort_id: hint.cohortId, action_id: hint.actionId, pass: hint.pass })),
    );
    await connection.query(
      `DELETE FROM hint USING ${given} AND given.complete AND hint.marks = given.marks`,
      values,
    );
    await connection.query(
      `UPDATE hint SET
         dirty = hint.marks <> given.marks,
         interval_ms = least(interval_ms * 2, $6),
         due_at = CASE WHEN hint.marks <> given.marks AND given.complete THEN clock_timestamp()
                  ELSE clock_timestamp() + make_interval(secs => interval_ms / 1000.0) END
       FROM ${given}`,
      [...values, lastMs],
    );
  });
}
