import type { Pool } from '../../database/pool.ts';
import { groupBy } from '../../domain/group-by.ts';
import { EXIT_REASONS, SUPPRESSION_REASONS } from '../../domain/reasons.ts';
import type { RunRow } from './read-run.ts';

interface EntryRow {
  id: string;
  entry_key: string;
  cohort_id: string;
  cohort_number: number;
  member_index: number;
  admitted_at: Date;
}

interface TraceRow {
  entry_id: string;
  node_id: string;
  pass: number;
  outcome: string;
  reason: string;
  outlet: string;
  next_node_id: string | null;
  exit: string | null;
  first_at: Date;
  last_at: Date;
}

interface MessageRow {
  entry_id: string;
  id: string;
  action_id: number;
  pass: number;
  state: string;
  no_receipt: boolean;
  channel: string;
  type: string | null;
  status_code: string | null;
  error: string | null;
  error_class: string | null;
  attempts: number;
  provider_message_id: string | null;
  created_at: Date;
  accepted_at: Date | null;
  ended_at: Date | null;
}

/**
 * Why one customer did or did not get what: every entry of theirs in a run, node by node.
 *
 * The times of messages are exact; those of other steps are the first and last instant at which members of the
 * cohort left the node in this way.
 */
export async function customerStory(pool: Pool, run: RunRow, customerId: string): Promise<readonly object[]> {
  const entries = await readEntries(pool, run, customerId);
  if (entries.length === 0) return [];
  const [traces, messages, places] = await Promise.all([
    readTraces(pool, run, entries),
    readMessages(pool, run, entries),
    readPlaces(pool, entries),
  ]);
  const tracesOf = groupBy(traces, (row) => row.entry_id);
  const messagesOf = groupBy(messages, (row) => row.entry_id);
  const placesOf = new Map(places.map((row) => [row.entry_id, row]));
  return entries.map((entry) => {
    const place = placesOf.get(entry.id);
    return {
      entry: entry.entry_key,
      cohort: entry.cohort_number,
      member: entry.member_index,
      admittedAt: entry.admitted_at,
      at: place ? { node_id: place.node_id, pass: place.pass, since: place.arrived_at } : null,
      steps: inOrderOfPath(tracesOf.get(entry.id) ?? [], run.frozen.walk.startNodeId).map((trace) =>
        stepOf(run, trace, messagesOf.get(entry.id) ?? []),
      ),
    };
  });
}

/** Follows the member's way from node to node: the instants of a row are the cohort's, so they can't order it. */
function inOrderOfPath(traces: readonly TraceRow[], startNodeId: string): readonly TraceRow[] {
  const passes = new Map<string, number>();
  const steps: TraceRow[] = [];
  let nodeId: string | null = startNodeId;
  while (nodeId !== null) {
    const pass: number = (passes.get(nodeId) ?? 0) + 1;
    passes.set(nodeId, pass);
    const step: TraceRow | undefined = traces.find(
      (trace) => trace.node_id === nodeId && trace.pass === pass,
    );
    if (step) steps.push(step);
    nodeId = step?.next_node_id ?? null;
  }
  return steps;
}

function stepOf(run: RunRow, trace: TraceRow, messages: readonly MessageRow[]): object {
  const node = run.frozen.nodes.find((candidate) => candidate.id === trace.node_id);
  const message = messages.find((row) => row.action_id === node?.actionId && row.pass === trace.pass);
  return {
    node_id: trace.node_id,
    type: node?.type,
    action_id: node?.actionId ?? null,
    name: node?.name ?? trace.node_id,
    pass: trace.pass,
    outcome: trace.outcome,
    reason: trace.reason,
    explanation: explanationOf(trace),
    outlet: trace.outlet,
    next: trace.next_node_id,
    exit: trace.exit,
    at: message
      ? { exact: message.ended_at ?? message.accepted_at ?? message.created_at }
      : { first: trace.first_at, last: trace.last_at },
    message: message ? messageOf(message) : null,
  };
}

function explanationOf({ reason, exit }: TraceRow): string {
  if (reason in SUPPRESSION_REASONS) return SUPPRESSION_REASONS[reason as keyof typeof SUPPRESSION_REASONS];
  return exit !== null && exit in EXIT_REASONS ? EXIT_REASONS[exit as keyof typeof EXIT_REASONS] : '';
}

function messageOf(row: MessageRow): object {
  return {
    id: row.id,
    state: row.no_receipt ? 'no_receipt' : row.state,
    channel: row.channel,
    type: row.type,
    statusCode: row.status_code,
    error: row.error,
    errorClass: row.error_class,
    attempts: row.attempts,
    providerMessageId: row.provider_message_id,
    createdAt: row.created_at,
    acceptedAt: row.accepted_at,
    endedAt: row.ended_at,
  };
}

async function readEntries(pool: Pool, run: RunRow, customerId: string): Promise<readonly EntryRow[]> {
  const { rows } = await pool.query<EntryRow>(
    `SELECT entry.id, entry.entry_key, entry.cohort_id, cohort.number AS cohort_number, entry.member_index,
            entry.admitted_at
     FROM entry JOIN cohort ON cohort.id = entry.cohort_id
     WHERE entry.month = $1 AND entry.run_id = $2 AND entry.customer_id = $3 ORDER BY entry.admitted_at, entry.id`,
    [run.month, run.id, customerId],
  );
  return rows;
}

const ENTRIES = 'unnest($2::bigint[], $3::bigint[], $4::int[]) AS entry (id, cohort_id, member_index)';

function entryColumns(run: RunRow, entries: readonly EntryRow[]): unknown[] {
  return [
    run.month,
    entries.map((entry) => entry.id),
    entries.map((entry) => entry.cohort_id),
    entries.map((entry) => entry.member_index),
  ];
}

async function readTraces(
  pool: Pool,
  run: RunRow,
  entries: readonly EntryRow[],
): Promise<readonly TraceRow[]> {
  const { rows } = await pool.query<TraceRow>(
    `SELECT entry.id AS entry_id, node_id, pass, outcome, reason, outlet, next_node_id, exit, first_at, last_at
     FROM ${ENTRIES} JOIN trace ON trace.month = $1 AND trace.cohort_id = entry.cohort_id
     WHERE get_bit(trace.members, entry.member_index) = 1`,
    entryColumns(run, entries),
  );
  return rows;
}

async function readMessages(
  pool: Pool,
  run: RunRow,
  entries: readonly EntryRow[],
): Promise<readonly MessageRow[]> {
  const { rows } = await pool.query<MessageRow>(
    `SELECT entry.id AS entry_id, message.id, action_id, pass, state, no_receipt, channel, type, status_code, error,
            error_class, attempts, provider_message_id, created_at, accepted_at, ended_at
     FROM ${ENTRIES} JOIN message ON message.month = $1 AND message.cohort_id = entry.cohort_id
       AND message.member_index = entry.member_index
     ORDER BY message.created_at`,
    entryColumns(run, entries),
  );
  return rows;
}

async function readPlaces(
  pool: Pool,
  entries: readonly EntryRow[],
): Promise<readonly { entry_id: string; node_id: string; pass: number; arrived_at: Date }[]> {
  const { rows } = await pool.query<{ entry_id: string; node_id: string; pass: number; arrived_at: Date }>(
    `SELECT entry.id AS entry_id, node_id, pass, arrived_at
     FROM unnest($1::bigint[], $2::bigint[], $3::int[]) AS entry (id, cohort_id, member_index)
     JOIN visit ON visit.cohort_id = entry.cohort_id
     WHERE get_bit(visit.members, entry.member_index) = 1`,
    [
      entries.map((entry) => entry.id),
      entries.map((entry) => entry.cohort_id),
      entries.map((entry) => entry.member_index),
    ],
  );
  return rows;
}
