import type { Pool } from '../../database/pool.ts';
import type { OptOutFacts } from '../../domain/explanations.ts';
import { QUIET_HOURS } from '../../domain/gate.ts';
import { ASSUMED, DECISIONS, type DecisionView } from '../messages/decisions-sql.ts';
import type { RunRow } from './read-run.ts';

export interface EntryRow {
  readonly id: string;
  readonly entry_key: string;
  readonly cohort_id: string;
  readonly cohort_number: number;
  readonly member_index: number;
  readonly admitted_at: Date;
}

export interface TraceRow {
  readonly entry_id: string;
  readonly node_id: string;
  readonly pass: number;
  readonly outcome: string;
  readonly reason: string;
  readonly outlet: string;
  readonly next_node_id: string | null;
  readonly exit: string | null;
  readonly first_at: Date;
  readonly last_at: Date;
}

/** What has come of the SMS in place of an MMS. */
export type FallbackState = 'due' | 'made' | 'refused';

export interface MessageRow {
  readonly entry_id: string;
  readonly id: string;
  readonly action_id: number;
  readonly pass: number;
  /** 1 where it is the SMS that the engine sent in place of an MMS. */
  readonly leg: number;
  /** What is shown of it: `no_receipt` where no final report came in time. */
  readonly state: string;
  readonly channel: string;
  readonly type: string | null;
  readonly status_code: string | null;
  readonly error: string | null;
  readonly error_class: string | null;
  readonly attempts: number;
  readonly provider_message_id: string | null;
  readonly created_at: Date;
  readonly accepted_at: Date | null;
  readonly ended_at: Date | null;
  /** What has come of the SMS in place of it; null where there was no reason for one. */
  readonly fallback: FallbackState | null;
  readonly fallback_refusal: string | null;
  readonly assumed: boolean;
  readonly decisions: readonly DecisionView[];
}

export interface PlaceRow {
  readonly entry_id: string;
  readonly node_id: string;
  readonly pass: number;
  readonly arrived_at: Date;
  /** When, at the latest, it is the turn of a message that a hold or a pause has kept; null where none waits for it. */
  readonly turn_by: Date | null;
}

/** Until when the gate has put an entry off at a node. */
export interface DeferralRow {
  readonly entry_id: string;
  readonly node_id: string;
  readonly pass: number;
  readonly until: Date;
  /** Whether it is still to come. */
  readonly waits: boolean;
}

/** A customer's admissions to a run, in their order. */
export async function readEntries(pool: Pool, run: RunRow, customerId: string): Promise<readonly EntryRow[]> {
  const { rows } = await pool.query<EntryRow>(
    `SELECT entry.id, entry.entry_key, entry.cohort_id, cohort.number AS cohort_number, entry.member_index,
            entry.admitted_at
     FROM entry JOIN cohort ON cohort.id = entry.cohort_id
     WHERE entry.month = $1 AND entry.run_id = $2 AND entry.customer_id = $3 ORDER BY entry.admitted_at, entry.id`,
    [run.month, run.id, customerId],
  );
  return rows;
}

const ENTRIES = 'unnest($1::bigint[], $2::bigint[], $3::int[]) AS entry (id, cohort_id, member_index)';

function entryColumns(entries: readonly EntryRow[]): readonly unknown[] {
  return [
    entries.map((entry) => entry.id),
    entries.map((entry) => entry.cohort_id),
    entries.map((entry) => entry.member_index),
  ];
}

/** How the entries left the nodes that they have left. */
export async function readTraces(
  pool: Pool,
  run: RunRow,
  entries: readonly EntryRow[],
): Promise<readonly TraceRow[]> {
  const { rows } = await pool.query<TraceRow>(
    `SELECT entry.id AS entry_id, node_id, pass, outcome, reason, outlet, next_node_id, exit, first_at, last_at
     FROM ${ENTRIES} JOIN trace ON trace.month = $4 AND trace.cohort_id = entry.cohort_id
     WHERE get_bit(trace.members, entry.member_index) = 1`,
    [...entryColumns(entries), run.month],
  );
  return rows;
}

/** The messages of the entries, the oldest first. */
export async function readMessages(
  pool: Pool,
  run: RunRow,
  entries: readonly EntryRow[],
): Promise<readonly MessageRow[]> {
  const { rows } = await pool.query<MessageRow>(
    `SELECT entry.id AS entry_id, message.id, action_id, pass, leg,
            CASE WHEN fallback_at IS NOT NULL AND state <> 'delivered' THEN 'due' WHEN fallback <> 'engine' THEN fallback END AS fallback,
            fallback_refusal,
            CASE WHEN no_receipt THEN 'no_receipt' ELSE state END AS state, channel, type, status_code, error,
            error_class, attempts, provider_message_id, created_at, accepted_at, ended_at, ${ASSUMED} AS assumed,
            ${DECISIONS} AS decisions
     FROM ${ENTRIES} JOIN message ON message.month = $4 AND message.cohort_id = entry.cohort_id
       AND message.member_index = entry.member_index
     ORDER BY message.created_at`,
    [...entryColumns(entries), run.month],
  );
  return rows;
}

/** What the entries have waited for at message nodes, or still do: the hours in which they may be sent to. */
export async function readQuietHours(
  pool: Pool,
  entries: readonly EntryRow[],
): Promise<readonly DeferralRow[]> {
  const { rows } = await pool.query<DeferralRow>(
    `SELECT entry.id AS entry_id, node_id, pass, until, until > clock_timestamp() AS waits
     FROM ${ENTRIES} JOIN deferral ON deferral.cohort_id = entry.cohort_id
     WHERE get_bit(deferral.members, entry.member_index) = 1 AND reason = $4 ORDER BY until`,
    [...entryColumns(entries), QUIET_HOURS],
  );
  return rows;
}

/** Where those of the entries are who still walk. */
export async function readPlaces(
  pool: Pool,
  run: RunRow,
  entries: readonly EntryRow[],
): Promise<readonly PlaceRow[]> {
  const { rows } = await pool.query<PlaceRow>(
    `SELECT entry.id AS entry_id, node_id, pass, arrived_at,
            (SELECT max(ends_at) FROM lane_slot AS slot
             WHERE slot.cohort_id = visit.cohort_id AND slot.pass = visit.pass AND ends_at > clock_timestamp()
               AND slot.action_id = node.action_id AND NOT used) AS turn_by
     FROM ${ENTRIES} JOIN visit ON visit.cohort_id = entry.cohort_id
     LEFT JOIN unnest($4::text[], $5::int[]) AS node (id, action_id) ON node.id = visit.node_id
     WHERE get_bit(visit.members, entry.member_index) = 1`,
    [
      ...entryColumns(entries),
      run.frozen.nodes.map(({ id }) => id),
      run.frozen.nodes.map(({ actionId }) => actionId),
    ],
  );
  return rows;
}

/** Opt-outs of the number that the customer has now, the last first. */
export async function readOptOuts(pool: Pool, customerId: string): Promise<readonly OptOutFacts[]> {
  const { rows } = await pool.query<OptOutFacts>(
    `SELECT source, reason, suppressed_at AS at
     FROM suppression JOIN customer ON customer.recipient_id = suppression.recipient_id
     WHERE customer.id = $1 ORDER BY suppressed_at DESC, suppression.id`,
    [customerId],
  );
  return rows;
}
